import fc from 'fast-check';
import type { NodeView } from '@kuda/kube';
import { ACTIVE_JOB, aPod, aSession, at, condition, NOW, seen, terminated } from '../test/observed.builder';
import { admitInOrder, type GpuDemand } from './admission';
import { decideNextStep } from './decide-next-step';
import { closeSegment, meter, secondsOf } from './metering';

const PRODUCT = 'NVIDIA-A100-SXM4-80GB';

const nodes = fc.array(fc.integer({ min: 0, max: 8 }), { maxLength: 4 }).map((sizes) =>
  sizes.map((allocatableGpus, index): NodeView => ({
    name: `node-${String(index)}`,
    labels: { 'nvidia.com/cuda.driver.major': '570' },
    ready: true,
    schedulable: true,
    gpuProduct: PRODUCT,
    allocatableGpus,
  })),
);

const demands = fc
  .uniqueArray(fc.record({ id: fc.integer({ min: 0, max: 99 }), gpus: fc.integer({ min: 1, max: 3 }) }), {
    selector: ({ id }) => id,
    maxLength: 12,
  })
  .map((all) =>
    all.map(({ id, gpus }, index): GpuDemand => ({
      orderId: `order-${String(id)}`,
      gpuProducts: [PRODUCT],
      gpus,
      minDriverMajor: 535,
      queuedAtUs: at(index),
    })),
  );

test('never more GPUs are given away than there are, and nobody overtakes', () => {
  fc.assert(
    fc.property(nodes, demands, fc.integer({ min: 0, max: 12 }), (cluster, all, split) => {
      const admitted = all.slice(0, split);
      const waiting = all.slice(split);
      const capacity = { nodes: cluster, pods: [], admitted, orderOfPod: () => undefined };
      const answers = admitInOrder(waiting, capacity);
      const served = waiting.filter(({ orderId }) => answers.get(orderId)?.decision === 'admit');
      // An admitted session may fit nowhere any more (its node is gone): it then takes nothing from the others.
      const total = cluster.reduce((sum, node) => sum + node.allocatableGpus, 0);
      const given = served.reduce((sum, { gpus }) => sum + gpus, 0);
      expect(given).toBeLessThanOrEqual(total);
      const single = cluster.length === 1 && admitted.every(({ gpus }) => gpus === 1);
      if (single) expect(Math.min(total, admitted.length) + given).toBeLessThanOrEqual(total);
      expect(served).toEqual(waiting.slice(0, served.length));
      expect(answers.size).toBe(waiting.length);
    }),
  );
});

test('metered seconds are whole, never negative, and never above what was bought', () => {
  const stampUs = fc.bigInt({ min: 0n, max: 10n ** 16n });
  const container = { podUid: 'pod', node: 'node' };
  fc.assert(
    fc.property(stampUs, stampUs, fc.bigInt({ min: 1n, max: 86_400n }), (startedAtUs, endedAtUs, bought) => {
      const segment = closeSegment({ ...container, startedAtUs }, endedAtUs, 'kubelet');
      const metered = meter([segment], bought);
      expect(metered >= 0n && metered <= bought).toBe(true);
      expect(metered <= secondsOf(segment)).toBe(true);
    }),
  );
});

test('whatever ended the container, the session ends once, with the evidence of its stamps', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 0, max: 100_000 }),
      fc.constantFrom('Error', 'OOMKilled', 'Completed'),
      fc.option(fc.constantFrom('DeadlineExceeded', 'PodFailurePolicy', 'BackoffLimitExceeded')),
      (exitCode, seconds, reason, failure) => {
        const conditions = failure === null ? [] : [condition('Failed', failure)];
        const facts = seen({
          job: { ...ACTIVE_JOB, conditions },
          pods: [aPod(terminated(exitCode, seconds, reason))],
        });
        const action = decideNextStep(aSession('running'), facts, NOW);
        expect(action).toMatchObject({ type: 'record', step: { type: 'ended' } });
        if (action.type !== 'record' || action.step.type !== 'ended') return;
        const { end, meteredSeconds, segments } = action.step.ended;
        expect(meteredSeconds).toBe(BigInt(Math.min(seconds, 3_600)));
        expect(segments).toMatchObject([{ endedAtUs: at(130 + seconds), source: 'kubelet' }]);
        expect(end === 'succeeded').toBe(exitCode === 0);
      },
    ),
  );
});
