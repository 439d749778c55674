import { CommandEnd, EXIT, type ExitCode } from './exit-code';
import { listOf, objectOf, textOf, type JsonObject } from './json';
import type { Profile, ProfileReader } from './profile';

const REQUEST_TIMEOUT_MS = 30_000;

type Service = Exclude<keyof Profile, 'brokers' | 'token'>;

export interface Call {
  readonly service: Service;
  /** With its query. */
  readonly path: string;
  /** Sent as JSON; a call with a body is a POST. */
  readonly body?: unknown;
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls a service's public interface. Resolves with the JSON of a 2xx answer, else throws `CommandEnd`. */
export async function call(profile: ProfileReader, request: Call): Promise<JsonObject> {
  const base = profile.get(request.service);
  const url = new URL(request.path, base.endsWith('/') ? base : `${base}/`);
  const response = await send(url, profile.get('token'), request);
  const answer = await readJson(response);
  if (response.ok) return answer;
  throw new CommandEnd(exitCodeOf(response, answer), describe(response.status, answer), answer);
}

async function send(url: URL, token: string, request: Call): Promise<Response> {
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'application/json',
    ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
    ...request.headers,
  };
  const body = request.body === undefined ? {} : { method: 'POST', body: JSON.stringify(request.body) };
  try {
    return await fetch(url, { headers, ...body, signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) });
  } catch (error) {
    const cause =
      error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    const detail = `${url.origin} does not answer (${cause}). Is the stack still running? Start it with \`npm start\`.`;
    throw new CommandEnd(EXIT.fault, detail);
  }
}

async function readJson(response: Response): Promise<JsonObject> {
  const text = await response.text();
  try {
    return objectOf(JSON.parse(text));
  } catch {
    return { status: response.status, detail: text.slice(0, 500) };
  }
}

/**
 * 402, 409 and 422 are refusals by policy, and so is a 403 that is not about the token's scope; a 400 means that the
 * request was put wrongly; the rest are faults, and so is what the service asks to repeat in a moment.
 */
function exitCodeOf({ status, headers }: Response, problem: JsonObject): ExitCode {
  if (headers.has('retry-after')) return EXIT.fault;
  if (status === 402 || status === 409 || status === 422) return EXIT.refused;
  if (status === 403) return textOf(problem['code']).startsWith('KUDA-HTTP') ? EXIT.fault : EXIT.refused;
  return status === 400 ? EXIT.usage : EXIT.fault;
}

/** A problem document (RFC 9457) in a few lines. */
function describe(status: number, problem: JsonObject): string {
  const head = [textOf(problem['title']), textOf(problem['code'])].filter((part) => part !== '').join(', ');
  const errors = listOf(problem['errors']).map(
    (error) => `  ${textOf(error['pointer'])}: ${textOf(error['detail']) || textOf(error['code'])}`,
  );
  return [`${String(status)} ${head}`, textOf(problem['detail']), ...errors]
    .filter((line) => line !== '')
    .join('\n');
}
