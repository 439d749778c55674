import type { ServerResponse } from 'node:http';
import type { KubeObject } from '../objects';
import type { Change, ObjectStore } from '../store/object-store';
import { apiVersionOf } from '../store/resource-kinds';
import { matcherOf } from './list';
import type { ResourceRequest } from './request';

export interface WatchTimes {
  /** Real milliseconds between bookmarks. */
  readonly bookmarkMs: number;
  /** Real milliseconds a watch lives that names no timeout. */
  readonly defaultTimeoutMs: number;
}

const TOO_OLD = {
  type: 'ERROR',
  object: {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    reason: 'Expired',
    code: 410,
    message: 'too old resource version',
  },
};

/** How a change looks through a selector: an object that stops matching is deleted for this watch. */
function seenThrough(change: Change, matches: (object: KubeObject) => boolean): string | null {
  const isNow = change.type !== 'DELETED' && matches(change.object);
  const was = change.before !== null && matches(change.before);
  if (isNow) return was ? 'MODIFIED' : 'ADDED';
  return was ? 'DELETED' : null;
}

/** Streams changes as lines of JSON until the timeout or the client's end. */
export function serveWatch(
  store: ObjectStore,
  request: ResourceRequest,
  response: ServerResponse,
  times: WatchTimes,
): void {
  const { kind, namespace, query } = request;
  const matches = matcherOf(query);
  response.writeHead(200, { 'content-type': 'application/json' });
  const send = (event: object): void => {
    response.write(`${JSON.stringify(event)}\n`);
  };
  const tell = (change: Change): void => {
    if (change.plural !== kind.plural) return;
    if (namespace !== undefined && change.object.metadata.namespace !== namespace) return;
    const type = seenThrough(change, matches);
    if (type !== null) send({ type, object: change.object });
  };
  const from = query.get('resourceVersion') ?? '';
  if (from === '' || from === '0') {
    for (const object of store.list(kind.plural, namespace))
      if (matches(object)) send({ type: 'ADDED', object });
  } else {
    const missed = store.since(Number(from));
    if (missed === null) {
      send(TOO_OLD);
      response.end();
      return;
    }
    missed.forEach(tell);
  }
  response.flushHeaders();
  const bookmark = (): void => {
    const metadata = { resourceVersion: String(store.resourceVersion), creationTimestamp: null };
    send({ type: 'BOOKMARK', object: { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata } });
  };
  const wantsBookmarks = query.get('allowWatchBookmarks') === 'true';
  const stop = store.onChange(tell);
  const bookmarks = wantsBookmarks ? setInterval(bookmark, times.bookmarkMs) : undefined;
  const seconds = Number(query.get('timeoutSeconds') ?? 0);
  const timeout = setTimeout(
    () => {
      if (wantsBookmarks) bookmark();
      response.end();
    },
    seconds > 0 ? seconds * 1000 : times.defaultTimeoutMs,
  );
  response.on('close', () => {
    stop();
    clearInterval(bookmarks);
    clearTimeout(timeout);
  });
}
