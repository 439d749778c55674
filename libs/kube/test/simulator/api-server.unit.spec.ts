import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSessionJob, ListWatch, type JobView } from '../../src/index';
import { startClusterSimulator } from '@kuda/cluster-simulator';
import { aCluster, anOrder, NAMESPACE, SCALE, until, type TestCluster } from './simulated-cluster';

const JOBS = `/apis/batch/v1/namespaces/${NAMESPACE}/jobs`;

let cluster: TestCluster;

beforeEach(async () => {
  cluster = await aCluster({ historyLimit: 200 });
});

afterEach(async () => {
  await cluster.stop();
});

async function json<T>(answer: Promise<Response>): Promise<T> {
  return (await (await answer).json()) as T;
}

interface List {
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
  readonly items: readonly { readonly metadata: { readonly name: string } }[];
}

async function createJobs(...orderIds: readonly string[]): Promise<void> {
  for (const orderId of orderIds) await cluster.client.jobs.create(buildSessionJob(anOrder(orderId)));
}

test('discovery: a version, no Kueue, 404 for groups it does not serve, 401 without the token', async () => {
  await expect(cluster.client.probe.version()).resolves.toContain('simulator');
  await expect(cluster.client.probe.hasKueue()).resolves.toBe(false);
  expect((await cluster.http('GET', '/apis/kueue.x-k8s.io/v1beta1')).status).toBe(404);
  expect((await fetch(`${cluster.simulator.url}/version`)).status).toBe(401);
});

test('a name that is taken is 409 AlreadyExists, an unknown one 404, a stale resource version 409 Conflict', async () => {
  await createJobs('twice');
  await expect(createJobs('twice')).rejects.toMatchObject({ kind: 'already_exists', statusCode: 409 });
  await expect(cluster.client.jobs.find('nothing')).resolves.toBeNull();
  const job = await json<object>(cluster.http('GET', `${JOBS}/session-twice`));
  expect(
    (await cluster.http('PUT', `${JOBS}/session-twice`, { ...job, spec: { suspend: true } })).status,
  ).toBe(422);
  await cluster.client.jobs.change(
    'session-twice',
    (await cluster.client.jobs.find('session-twice'))?.uid ?? '',
    {
      activeDeadlineSeconds: 77,
    },
  );
  expect((await cluster.http('PUT', `${JOBS}/session-twice`, job)).status).toBe(409);
});

test('a patch for another uid is refused, and the pod template is immutable', async () => {
  await createJobs('fixed');
  await expect(
    cluster.client.jobs.change('session-fixed', 'other', { suspend: false }),
  ).rejects.toMatchObject({
    kind: 'conflict',
  });
  const patch = { spec: { template: { spec: { restartPolicy: 'OnFailure' } } } };
  const answer = await cluster.http('PATCH', `${JOBS}/session-fixed`, patch, 'application/merge-patch+json');
  expect(answer.status).toBe(422);
  const deadline = [{ op: 'replace', path: '/spec/activeDeadlineSeconds', value: 9 }];
  const changed = await cluster.http(
    'PATCH',
    `${JOBS}/session-fixed`,
    deadline,
    'application/json-patch+json',
  );
  expect(changed.status).toBe(200);
  expect(await cluster.client.jobs.find('session-fixed')).toMatchObject({ activeDeadlineSeconds: 9 });
});

test('lists come in pages with selectors', async () => {
  await createJobs('a', 'b', 'c');
  const first = await json<List>(cluster.http('GET', `${JOBS}?limit=2`));
  expect(first.items.map((item) => item.metadata.name)).toEqual(['session-a', 'session-b']);
  const token = first.metadata.continue ?? '';
  const second = await json<List>(cluster.http('GET', `${JOBS}?limit=2&continue=${token}`));
  expect(second.items.map((item) => item.metadata.name)).toEqual(['session-c']);
  expect(second.metadata).toEqual({ resourceVersion: first.metadata.resourceVersion });
  const selected = await json<List>(
    cluster.http(
      'GET',
      `${JOBS}?labelSelector=${encodeURIComponent('kuda.ai/order in (a,c),kuda.ai/order!=c')}`,
    ),
  );
  expect(selected.items.map((item) => item.metadata.name)).toEqual(['session-a']);
  const fields = await json<List>(cluster.http('GET', `${JOBS}?fieldSelector=metadata.name%3Dsession-b`));
  expect(fields.items.map((item) => item.metadata.name)).toEqual(['session-b']);
});

test('a continue token and a watch from before the kept history get 410', async () => {
  await createJobs('a', 'b');
  const first = await json<List>(cluster.http('GET', `${JOBS}?limit=1`));
  const from = first.metadata.resourceVersion;
  await createJobs('c');
  cluster.simulator.compact();
  expect(
    (await cluster.http('GET', `${JOBS}?limit=1&continue=${first.metadata.continue ?? ''}`)).status,
  ).toBe(410);
  const watch = await cluster.http('GET', `${JOBS}?watch=true&timeoutSeconds=1&resourceVersion=${from}`);
  expect(await watch.text()).toContain('"code":410');
});

test('a watch tells what was missed, keeps to its selector, sends bookmarks and ends in time', async () => {
  const { metadata } = await json<List>(cluster.http('GET', JOBS));
  await createJobs('a', 'b');
  const watch = await cluster.http(
    'GET',
    `${JOBS}?watch=true&timeoutSeconds=1&allowWatchBookmarks=true&labelSelector=kuda.ai%2Forder%3Db&resourceVersion=${metadata.resourceVersion}`,
  );
  const events = (await watch.text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; object: { metadata: { name?: string } } });
  expect(events[0]).toMatchObject({ type: 'ADDED', object: { metadata: { name: 'session-b' } } });
  expect(events.at(-1)?.type).toBe('BOOKMARK');
});

test('a list-watch over it survives dropped connections and compacted history', async () => {
  const seen: string[] = [];
  const jobs = new ListWatch<JobView>({
    source: cluster.client.jobSource,
    nameOf: (job) => job.name,
    versionOf: (job) => `${job.uid}/${job.resourceVersion}`,
    onChange: (job) => seen.push(job.name),
    onError: () => undefined,
    times: { backoffBaseMs: 10, backoffMaxMs: 50 },
  });
  jobs.start();
  await until(() => (jobs.isSynced ? true : null));
  await createJobs('a');
  await until(() => jobs.get('session-a') ?? null);
  cluster.simulator.dropConnections();
  await createJobs('b');
  cluster.simulator.compact();
  cluster.simulator.dropConnections();
  await createJobs('c');
  await until(() => jobs.get('session-c') ?? null);
  expect(jobs.list().map((job) => job.name)).toEqual(['session-a', 'session-b', 'session-c']);
  expect(new Set(seen)).toEqual(new Set(['session-a', 'session-b', 'session-c']));
  await jobs.stop();
});

test('the state survives a restart, time goes on, and what fell due meanwhile happened at its instant', async () => {
  const stateFile = join(cluster.folder, 'state.json');
  const kubeconfigPath = join(cluster.folder, 'second');
  const options = { stateFile, kubeconfigPath, clockScale: SCALE, clockOriginMs: Date.now() };
  const first = await startClusterSimulator(options);
  const { token } = JSON.parse(readFileSync(stateFile, 'utf8')) as { token?: string };
  const headers = { authorization: `Bearer ${token ?? ''}`, 'content-type': 'application/json' };
  const post = (path: string, body: object): Promise<Response> =>
    fetch(`${first.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const template = {
    metadata: { annotations: { 'sim.kuda.ai/run-seconds': '3600' } },
    spec: {
      containers: [{ name: 'session' }],
      restartPolicy: 'Never',
      tolerations: [{ operator: 'Exists' }],
    },
  };
  await post('/apis/batch/v1/namespaces/default/jobs', { metadata: { name: 'long' }, spec: { template } });
  await first.stop();
  const stoppedAtMs = first.nowMs();
  await new Promise((resolve) => setTimeout(resolve, 1_800));
  const second = await startClusterSimulator(options);
  expect(second.nowMs()).toBeGreaterThan(stoppedAtMs);
  const answer = await fetch(`${second.url}/api/v1/namespaces/default/pods`, { headers });
  const { items } = (await answer.json()) as {
    items: {
      status: { containerStatuses: { state: { terminated?: { startedAt: string; finishedAt: string } } }[] };
    }[];
  };
  await second.stop();
  const ended = items[0]?.status.containerStatuses[0]?.state.terminated;
  expect(Date.parse(ended?.finishedAt ?? '') - Date.parse(ended?.startedAt ?? '')).toBe(3_600_000);
});

test('the lease of a lost node stands still, its pod is evicted and stays, and goes with the node', async () => {
  const { client, simulator } = cluster;
  const order = anOrder('lost');
  const { job } = buildSessionJob(order);
  if (job.spec === undefined) throw new Error('no spec');
  job.spec.suspend = false;
  await client.jobs.create({ job });
  await cluster.http('POST', `/api/v1/namespaces/${NAMESPACE}/secrets`, {
    metadata: { name: 'session-lost' },
  });
  const running = await until(async () => {
    const [pod] = await client.pods.ofOrder('lost');
    return pod?.container?.state === 'running' ? pod : null;
  });
  const node = running.nodeName ?? '';
  simulator.loseNode(node);
  const lease = await client.nodes.lease(node);
  const evicted = await until(async () => {
    const [pod] = await client.pods.ofOrder('lost');
    return pod?.deletionAtUs === null ? null : (pod ?? null);
  });
  expect(evicted.conditions.find((condition) => condition.type === 'DisruptionTarget')?.status).toBe('True');
  expect(evicted.container?.state).toBe('running');
  expect(await client.nodes.lease(node)).toEqual(lease);
  await cluster.http('DELETE', `/api/v1/nodes/${node}`);
  const replacement = await until(async () => {
    const pods = await client.pods.ofOrder('lost');
    return pods.find((pod) => pod.uid !== running.uid && pod.container?.state === 'running') ?? null;
  });
  expect(replacement.nodeName).not.toBe(node);
  expect((await client.jobs.find('session-lost'))?.failed).toBe(0);
});
