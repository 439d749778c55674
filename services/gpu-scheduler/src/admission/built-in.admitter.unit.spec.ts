import type { NodeView, PodView } from '@kuda/kube';
import { loadCatalogue } from '../catalogue/load-catalogue';
import { describeAdmitter, type ContractDemand } from '../test/admitter.contract';
import { aPod, aSession, at, ORDER, RUNNING } from '../test/observed.builder';
import { BuiltInAdmitter } from './built-in.admitter';

function aNode(
  name: string,
  gpuProduct: string,
  allocatableGpus: number,
  more: Partial<NodeView> = {},
): NodeView {
  const labels = { 'nvidia.com/cuda.driver.major': '570' };
  return { name, labels, ready: true, schedulable: true, gpuProduct, allocatableGpus, ...more };
}

const A100 = aNode('a100-0', 'NVIDIA-A100-SXM4-80GB', 4);
const T4 = aNode('t4-0', 'Tesla-T4', 2);

function admitter(
  demands: readonly ContractDemand[],
  nodes: readonly NodeView[] = [A100, T4],
  pods: readonly PodView[] = [],
): BuiltInAdmitter {
  const live = demands.map(({ orderId, gpuClass, gpus, at: seconds, admitted }) =>
    aSession(admitted === true ? 'admitted' : 'queued', {
      order: { ...ORDER, orderId, gpuClass, gpuCount: gpus },
      queuedAtUs: at(seconds),
    }),
  );
  return new BuiltInAdmitter({
    catalogue: loadCatalogue(),
    live: () => Promise.resolve(live),
    nodes: () => nodes,
    pods: () => pods,
  });
}

describeAdmitter('the built-in admitter', (demands) => admitter(demands));

const one: ContractDemand = { orderId: 'a', gpuClass: 'a100', gpus: 3, at: 1 };

test('a bound pod is counted once, also when its session is known as admitted', async () => {
  const admitted = { ...one, admitted: true };
  const pod = aPod(RUNNING, { nodeName: 'a100-0', gpus: 3, labels: { 'kuda.ai/order': 'a' } });
  const next = { ...one, orderId: 'b', gpus: 1, at: 2 };
  expect((await admitter([admitted, next], [A100], [pod]).review()).get('b')).toEqual({ decision: 'admit' });
});

test('a pod that has ended holds nothing', async () => {
  const pod = aPod(null, { nodeName: 'a100-0', gpus: 4, phase: 'Succeeded' });
  expect((await admitter([one], [A100], [pod]).review()).get('a')).toEqual({ decision: 'admit' });
});

test.each([
  ['not ready', { ready: false }],
  ['cordoned', { schedulable: false }],
  ['of another product', { gpuProduct: 'NVIDIA-A100-SXM4-80GB-MIG-1g.10gb' }],
  ['below the driver floor', { labels: { 'nvidia.com/cuda.driver.major': '470' } }],
])('a node that is %s offers nothing', async (_, more) => {
  const answers = await admitter([one], [{ ...A100, ...more }]).review();
  expect(answers.get('a')).toMatchObject({ decision: 'wait', reason: 'no node has enough free GPUs' });
});

test('a session is never spread over two nodes', async () => {
  const halves = [aNode('x', 'NVIDIA-A100-SXM4-80GB', 2), aNode('y', 'NVIDIA-A100-SXM4-80GB', 2)];
  expect((await admitter([one], halves).review()).get('a')).toMatchObject({ decision: 'wait' });
});

test('a large session is not overtaken for ever by small ones behind it', async () => {
  const held = { ...one, orderId: 'held', gpus: 2, admitted: true };
  const small = { ...one, orderId: 'small', gpus: 1, at: 2 };
  const answers = await admitter([held, one, small], [A100]).review();
  expect(answers.get('small')).toEqual({ decision: 'wait', place: 2, reason: 'others came earlier' });
});
