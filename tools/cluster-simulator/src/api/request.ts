import type { IncomingMessage } from 'node:http';
import { badRequest, notFound } from '../store/api-error';
import { kindByPlural, type ResourceKind } from '../store/resource-kinds';

/** A request for a resource, taken apart. */
export interface ResourceRequest {
  readonly kind: ResourceKind;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  readonly query: URLSearchParams;
}

/** Bodies above this are refused, as the API server does (3 MiB). */
const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** `/api/v1/...` and `/apis/<group>/<version>/...`; null for anything else. */
export function parseResourcePath(url: URL): ResourceRequest | null {
  const [root, ...steps] = url.pathname
    .split('/')
    .filter((step) => step !== '')
    .map(decodeURIComponent);
  if (root !== 'api' && root !== 'apis') return null;
  const group = root === 'api' ? '' : (steps.shift() ?? '');
  const version = steps.shift() ?? '';
  if (steps.length === 0) return null;
  const isInside = steps[0] === 'namespaces' && steps.length > 2 && steps[2] !== 'status';
  const namespace = isInside ? steps[1] : undefined;
  const [plural = '', name, subresource] = isInside ? steps.slice(2) : steps;
  const kind = kindByPlural(group, version, plural);
  if (kind === undefined) throw notFound('the server could not find the requested resource', plural);
  return { kind, namespace, name, subresource, query: url.searchParams };
}

/** The JSON body, or an empty object where there is none. */
export async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw badRequest('the body is too large');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('the body is not JSON');
  }
}
