import {
  KubeError,
  ListWatch,
  type ListPage,
  type ListWatchOptions,
  type ListWatchSource,
  type OpenWatch,
  type WatchNotice,
} from '../src/index';

interface Thing {
  readonly name: string;
  readonly version: number;
}

interface ServedWatch {
  readonly from: string;
  readonly tell: (notice: WatchNotice<Thing>) => void;
  readonly end: (reason: unknown) => void;
  stopped: boolean;
}

/** A server whose every answer is decided by the test. */
class FakeServer implements ListWatchSource<Thing> {
  readonly lists: (string | null)[] = [];
  readonly watches: ServedWatch[] = [];
  pages: ListPage<Thing>[] = [{ items: [], resourceVersion: '1', continueToken: null }];
  failures: Error[] = [];

  list(_limit: number, continueToken: string | null): Promise<ListPage<Thing>> {
    this.lists.push(continueToken);
    const failure = this.failures.shift();
    if (failure !== undefined) return Promise.reject(failure);
    const index = continueToken === null ? 0 : Number(continueToken);
    const page = this.pages[index];
    return page === undefined ? Promise.reject(new Error('no such page')) : Promise.resolve(page);
  }

  watch(from: string, _seconds: number, tell: (notice: WatchNotice<Thing>) => void): Promise<OpenWatch> {
    const ended = Promise.withResolvers<unknown>();
    const served: ServedWatch = { from, tell, end: ended.resolve, stopped: false };
    this.watches.push(served);
    return Promise.resolve({
      ended: ended.promise,
      stop: () => {
        served.stopped = true;
        ended.resolve(null);
      },
    });
  }

  async nthWatch(count: number): Promise<ServedWatch> {
    const endMs = Date.now() + 2_000;
    while (this.watches.length < count) {
      if (Date.now() > endMs) throw new Error(`only ${String(this.watches.length)} watches`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const watch = this.watches[count - 1];
    if (watch === undefined) throw new Error('no watch');
    return watch;
  }
}

let running: ListWatch<Thing> | null = null;

function start(server: FakeServer, more: Partial<ListWatchOptions<Thing>> = {}) {
  const changes: string[] = [];
  const errors: unknown[] = [];
  const watch = new ListWatch<Thing>({
    source: server,
    nameOf: (thing) => thing.name,
    versionOf: (thing) => String(thing.version),
    onChange: (thing) => changes.push(`${thing.name}@${String(thing.version)}`),
    onError: (error) => errors.push(error),
    times: { backoffBaseMs: 5, backoffMaxMs: 20, inactivityMs: 1_000 },
    ...more,
  });
  watch.start();
  running = watch;
  return { watch, changes, errors };
}

afterEach(async () => {
  await running?.stop();
});

const added = (name: string, version: number): WatchNotice<Thing> => ({
  type: 'added',
  object: { name, version },
  resourceVersion: String(version),
});

test('reads every page and watches from the version of the first', async () => {
  const server = new FakeServer();
  server.pages = [
    { items: [{ name: 'a', version: 3 }], resourceVersion: '7', continueToken: '1' },
    { items: [{ name: 'b', version: 5 }], resourceVersion: '9', continueToken: null },
  ];
  const { watch, changes } = start(server);
  expect((await server.nthWatch(1)).from).toBe('7');
  expect(server.lists).toEqual([null, '1']);
  expect(watch.isSynced).toBe(true);
  expect(changes).toEqual(['a@3', 'b@5']);
});

test('after the end of a watch the next one goes on from the last version, bookmarks included, without a list', async () => {
  const server = new FakeServer();
  const { watch } = start(server);
  const first = await server.nthWatch(1);
  first.tell(added('a', 5));
  first.tell({ type: 'bookmark', resourceVersion: '8' });
  first.end(null);
  expect((await server.nthWatch(2)).from).toBe('8');
  expect(server.lists).toHaveLength(1);
  expect(watch.get('a')).toEqual({ name: 'a', version: 5 });
});

test.each([
  [
    'an ERROR event',
    (served: ServedWatch) => {
      served.tell({ type: 'error', statusCode: 410, message: 'too old' });
    },
  ],
  [
    'an HTTP answer',
    (served: ServedWatch) => {
      served.end(Object.assign(new Error('Gone'), { statusCode: 410 }));
    },
  ],
])('410 by %s leads to a new list and tells of what changed and what is gone', async (_, gone) => {
  const server = new FakeServer();
  server.pages = [
    {
      items: [
        { name: 'a', version: 1 },
        { name: 'b', version: 2 },
      ],
      resourceVersion: '2',
      continueToken: null,
    },
  ];
  const { watch, changes } = start(server);
  const first = await server.nthWatch(1);
  changes.length = 0;
  server.pages = [
    {
      items: [
        { name: 'b', version: 2 },
        { name: 'c', version: 9 },
      ],
      resourceVersion: '9',
      continueToken: null,
    },
  ];
  gone(first);
  expect((await server.nthWatch(2)).from).toBe('9');
  expect(changes).toEqual(['c@9', 'a@1']);
  expect(watch.list().map((thing) => thing.name)).toEqual(['b', 'c']);
  expect(watch.departed()).toEqual([{ name: 'a', version: 1 }]);
});

test('a silent stream is given up after the inactivity time and followed on', async () => {
  const server = new FakeServer();
  start(server, { times: { inactivityMs: 30, backoffBaseMs: 5, backoffMaxMs: 5 } });
  const first = await server.nthWatch(1);
  first.tell(added('a', 4));
  expect((await server.nthWatch(2)).from).toBe('4');
  expect(first.stopped).toBe(true);
});

test('a reset connection and a failing list are waited out; nothing ends it', async () => {
  const server = new FakeServer();
  server.failures = [
    new KubeError({ kind: 'unavailable', statusCode: 500, reason: '' }, 'list failed'),
    new Error('ECONNREFUSED'),
  ];
  const { errors } = start(server);
  const first = await server.nthWatch(1);
  first.end(new Error('ECONNRESET'));
  await server.nthWatch(2);
  expect(errors).toHaveLength(3);
  expect(server.lists).toHaveLength(3);
});

test('a deleted object leaves its last state behind', async () => {
  const server = new FakeServer();
  const { watch } = start(server);
  const first = await server.nthWatch(1);
  first.tell(added('a', 5));
  first.tell({ type: 'deleted', object: { name: 'a', version: 6 }, resourceVersion: '6' });
  expect(watch.list()).toEqual([]);
  expect(watch.departed()).toEqual([{ name: 'a', version: 6 }]);
});

test('what a callback throws is reported and stops nothing', async () => {
  const server = new FakeServer();
  const { errors, watch } = start(server, {
    onChange: () => {
      throw new Error('callback');
    },
  });
  const first = await server.nthWatch(1);
  first.tell(added('a', 5));
  first.tell(added('b', 6));
  expect(watch.list()).toHaveLength(2);
  expect(errors).toHaveLength(2);
});

test('every object is told of again at each resync', async () => {
  const server = new FakeServer();
  server.pages = [{ items: [{ name: 'a', version: 1 }], resourceVersion: '1', continueToken: null }];
  const { changes } = start(server, { times: { resyncMs: 20 } });
  await server.nthWatch(1);
  const endMs = Date.now() + 2_000;
  while (changes.length < 3 && Date.now() < endMs) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(changes.slice(0, 3)).toEqual(['a@1', 'a@1', 'a@1']);
});
