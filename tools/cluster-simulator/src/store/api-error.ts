/** A refusal in the API server's own words: becomes a Status object. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

export const notFound = (plural: string, name: string): ApiError =>
  new ApiError(404, 'NotFound', `${plural} "${name}" not found`);
export const alreadyExists = (plural: string, name: string): ApiError =>
  new ApiError(409, 'AlreadyExists', `${plural} "${name}" already exists`);
export const conflict = (plural: string, name: string, detail: string): ApiError =>
  new ApiError(409, 'Conflict', `Operation cannot be fulfilled on ${plural} "${name}": ${detail}`);
export const invalid = (detail: string): ApiError => new ApiError(422, 'Invalid', detail);
export const badRequest = (detail: string): ApiError => new ApiError(400, 'BadRequest', detail);
export const forbidden = (detail: string): ApiError => new ApiError(403, 'Forbidden', detail);
export const expired = (detail: string): ApiError => new ApiError(410, 'Expired', detail);
