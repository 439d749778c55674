import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Deleting } from '../controllers/deletion';
import type { KubeObject } from '../objects';
import { ApiError, notFound } from '../store/api-error';
import type { Timeline } from '../timeline';
import { discover } from './discovery';
import { listObjects } from './list';
import { parseResourcePath, readBody, type ResourceRequest } from './request';
import { serveWatch, type WatchTimes } from './watch';
import { createObject, patchObject, putObject, removeObject, withFreshLease } from './write';

export interface ApiServerOptions {
  readonly target: Deleting;
  readonly timeline: Timeline;
  /** Bearer token that every request must carry. */
  readonly token: string;
  readonly watchTimes: WatchTimes;
}

interface Answer {
  readonly code: number;
  readonly body: object | string;
  readonly warning?: string;
}

const ORPHAN_WARNING =
  '299 - "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background"';

function send(response: ServerResponse, { code, body, warning }: Answer): void {
  const isText = typeof body === 'string';
  response.writeHead(code, {
    'content-type': isText ? 'text/plain' : 'application/json',
    ...(warning === undefined ? {} : { warning }),
  });
  response.end(isText ? body : JSON.stringify(body));
}

function statusOf(error: unknown): Answer {
  const known =
    error instanceof ApiError
      ? error
      : new ApiError(500, 'InternalError', error instanceof Error ? error.message : String(error));
  const { code, reason, message } = known;
  return {
    code,
    body: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason, message, code },
  };
}

function perform(
  target: Deleting,
  request: ResourceRequest,
  incoming: IncomingMessage,
  body: unknown,
): Answer {
  const { kind, namespace, name } = request;
  const shown = (object: KubeObject): KubeObject => withFreshLease(target, object);
  switch (incoming.method) {
    case 'GET':
      if (name === undefined) return { code: 200, body: listObjects(target.store, request) };
      return { code: 200, body: shown(target.store.get(kind.plural, namespace, name)) };
    case 'POST':
      return { code: 201, body: createObject(target, request, body) };
    case 'PUT':
      return { code: 200, body: putObject(target, request, body) };
    case 'PATCH':
      return {
        code: 200,
        body: patchObject(target, request, incoming.headers['content-type'] ?? '', body),
      };
    case 'DELETE': {
      if (name === undefined)
        throw new ApiError(405, 'MethodNotAllowed', 'collections cannot be deleted here');
      const { object, orphaned } = removeObject(target, request, body);
      const details = { name, kind: kind.plural, uid: object.metadata.uid };
      const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
      const answer = { code: 200, body: kind.plural === 'pods' ? object : status };
      return orphaned && kind.plural === 'jobs' ? { ...answer, warning: ORPHAN_WARNING } : answer;
    }
    default:
      throw new ApiError(405, 'MethodNotAllowed', 'the method is not allowed');
  }
}

async function handle(
  options: ApiServerOptions,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(incoming.url ?? '/', 'http://simulator');
  if (incoming.headers.authorization !== `Bearer ${options.token}`) {
    throw new ApiError(401, 'Unauthorized', 'Unauthorized');
  }
  const found = discover(url.pathname);
  if (found !== null) {
    send(response, { code: 200, body: found });
    return;
  }
  const request = parseResourcePath(url);
  if (request === null) throw notFound('the server could not find the requested resource', url.pathname);
  if (incoming.method === 'GET' && request.name === undefined && url.searchParams.get('watch') === 'true') {
    options.timeline.perform(() => {
      serveWatch(options.target.store, request, response, options.watchTimes);
    });
    return;
  }
  const body = await readBody(incoming);
  const answer = options.timeline.perform(() => perform(options.target, request, incoming, body));
  send(response, answer);
}

/** The API server: one request is one instant of the timeline. */
export function createApiServer(options: ApiServerOptions): Server {
  return createServer((incoming, response) => {
    handle(options, incoming, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else send(response, statusOf(error));
    });
  });
}
