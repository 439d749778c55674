import {
  buildSessionCompanions,
  buildSessionJob,
  buildSessionPod,
  conditionTrue,
  ListWatch,
  type PodView,
} from '../../src/index';
import { aCluster, anOrder, until, type TestCluster } from './simulated-cluster';

let cluster: TestCluster;
let pods: ListWatch<PodView>;

beforeAll(async () => {
  cluster = await aCluster();
  // From the beginning: the object of a pod that was ended goes a simulated second after its last state.
  pods = new ListWatch<PodView>({
    source: cluster.client.podSource,
    nameOf: (pod) => pod.name,
    versionOf: (pod) => pod.uid,
    onChange: () => undefined,
    onError: () => undefined,
  });
  pods.start();
  await until(() => (pods.isSynced ? true : null));
});

afterAll(async () => {
  await pods.stop();
  await cluster.stop();
});

async function runningJob(orderId: string, annotations: Readonly<Record<string, string>> = {}) {
  const { client } = cluster;
  const order = anOrder(orderId, annotations);
  const job = await client.jobs.create(buildSessionJob(order));
  await client.companions.ensure(buildSessionCompanions(order, job.uid, 'secret'));
  await client.jobs.change(job.name, job.uid, { suspend: false });
  return job;
}

/** The pod's last state, also when its object is gone again. */
async function lastPodOf(orderId: string, wanted: (pod: PodView) => boolean): Promise<PodView> {
  return until(
    () =>
      [...pods.list(), ...pods.departed()].find(
        (pod) => pod.labels['kuda.ai/order'] === orderId && wanted(pod),
      ) ?? null,
  );
}

test('a suspended Job has no pod and no start time', async () => {
  const { client } = cluster;
  const job = await client.jobs.create(buildSessionJob(anOrder('suspended')));
  const seen = await until(async () => {
    const found = await client.jobs.find(job.name);
    return found !== null && conditionTrue(found.conditions, 'Suspended') !== undefined ? found : null;
  });
  expect(seen).toMatchObject({ suspended: true, startTimeUs: null, active: 0 });
  expect(await client.pods.ofOrder('suspended')).toEqual([]);
});

test('an admitted Job runs one pod on a node of its GPU product, and completes with whole-second stamps', async () => {
  await runningJob('completes', { 'sim.kuda.ai/run-seconds': '600', 'sim.kuda.ai/pull-seconds': '30' });
  const pod = await lastPodOf('completes', (found) => found.container?.state === 'terminated');
  expect(pod.nodeName).toMatch(/^gpu-a100-/);
  const { container } = pod;
  if (container?.state !== 'terminated') throw new Error('not terminated');
  expect(container).toMatchObject({ exitCode: 0, reason: 'Completed' });
  expect((container.finishedAtUs ?? 0n) - (container.startedAtUs ?? 0n)).toBe(600_000_000n);
  const job = await cluster.client.jobs.find('session-completes');
  expect(job).toMatchObject({ succeeded: 1, active: 0 });
  expect(conditionTrue(job?.conditions ?? [], 'Complete')).toBeDefined();
});

test('the deadline counts from the start time and ends the container at its exact second', async () => {
  const job = await runningJob('deadline');
  const started = await lastPodOf('deadline', (pod) => pod.container?.state === 'running');
  if (started.container?.state !== 'running') throw new Error('not running');
  const now = await cluster.client.jobs.find(job.name);
  const startUs = now?.startTimeUs ?? 0n;
  const seconds = Number((started.container.startedAtUs - startUs) / 1_000_000n) + 3600;
  await cluster.client.jobs.change(job.name, job.uid, { activeDeadlineSeconds: seconds });
  const ended = await lastPodOf('deadline', (pod) => pod.container?.state === 'terminated');
  if (ended.container?.state !== 'terminated') throw new Error('not terminated');
  expect(ended.container.exitCode).toBe(143);
  expect((ended.container.finishedAtUs ?? 0n) - started.container.startedAtUs).toBe(3_600_000_000n);
  const failed = await until(async () => {
    const found = await cluster.client.jobs.find(job.name);
    return conditionTrue(found?.conditions ?? [], 'Failed') ?? null;
  });
  expect(failed.reason).toBe('DeadlineExceeded');
});

test('a user error fails the Job at once; a killed container without an exit rule is run again', async () => {
  await runningJob('crashes', { 'sim.kuda.ai/run-seconds': '60', 'sim.kuda.ai/exit-code': '1' });
  const failed = await until(async () => {
    const found = await cluster.client.jobs.find('session-crashes');
    return conditionTrue(found?.conditions ?? [], 'Failed') ?? null;
  });
  expect(failed.reason).toBe('PodFailurePolicy');
  await runningJob('evicted');
  const first = await lastPodOf('evicted', (pod) => pod.container?.state === 'running');
  await cluster.http('DELETE', `/api/v1/namespaces/gpu-sessions/pods/${first.name}`);
  const second = await lastPodOf(
    'evicted',
    (pod) => pod.uid !== first.uid && pod.container?.state === 'running',
  );
  expect(second.uid).not.toBe(first.uid);
});

test('suspending a running Job ends its pod and clears the start time', async () => {
  const job = await runningJob('stopped');
  await lastPodOf('stopped', (pod) => pod.container?.state === 'running');
  await cluster.client.jobs.change(job.name, job.uid, { suspend: true });
  const pod = await lastPodOf('stopped', (found) => found.container?.state === 'terminated');
  expect(pod.container).toMatchObject({ exitCode: 143 });
  const seen = await until(async () => {
    const found = await cluster.client.jobs.find(job.name);
    return found?.startTimeUs === null ? found : null;
  });
  expect(conditionTrue(seen.conditions, 'Suspended')).toBeDefined();
});

test('a delete without a propagation policy leaves the pod running; ours takes it along', async () => {
  await runningJob('orphans');
  await lastPodOf('orphans', (pod) => pod.container?.state === 'running');
  const answer = await cluster.http('DELETE', '/apis/batch/v1/namespaces/gpu-sessions/jobs/session-orphans');
  expect(answer.headers.get('warning')).toContain('299');
  const [orphan] = await cluster.client.pods.ofOrder('orphans');
  expect(orphan).toMatchObject({ phase: 'Running', ownerUid: null });

  const job = await runningJob('collected');
  await lastPodOf('collected', (pod) => pod.container?.state === 'running');
  await cluster.client.jobs.remove(job.name, 'another-uid');
  expect(await cluster.client.jobs.find(job.name)).not.toBeNull();
  await cluster.client.jobs.remove(job.name, job.uid);
  expect(await cluster.client.jobs.find(job.name)).toBeNull();
  await until(async () => ((await cluster.client.pods.ofOrder('collected')).length === 0 ? true : null));
});

test('a pod that admission refuses is refused by the dry run too, and the Job only shows an Event', async () => {
  const order = anOrder('refused');
  const { pod } = buildSessionPod(order);
  const rooted = {
    ...pod,
    spec: { ...pod.spec, securityContext: {}, containers: pod.spec?.containers ?? [] },
  };
  await expect(cluster.client.pods.dryRun({ pod: rooted })).rejects.toMatchObject({ kind: 'forbidden' });
  await expect(cluster.client.pods.dryRun({ pod })).resolves.toBeUndefined();
  expect(await cluster.client.pods.ofOrder('refused')).toEqual([]);
  const { job } = buildSessionJob(order);
  if (job.spec?.template.spec === undefined) throw new Error('no pod spec');
  job.spec.template.spec.securityContext = {};
  job.spec.suspend = false;
  await cluster.client.jobs.create({ job });
  const events = await until(async () => {
    const answer = await cluster.http('GET', '/api/v1/namespaces/gpu-sessions/events');
    const list = (await answer.json()) as { items: { reason: string }[] };
    return list.items.length > 0 ? list.items : null;
  });
  expect(events[0]?.reason).toBe('FailedCreate');
  expect(await cluster.client.jobs.find('session-refused')).toMatchObject({ active: 0 });
});
