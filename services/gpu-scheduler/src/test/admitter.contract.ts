import type { Admitter } from '../admission/admitter';
import type { Admission } from '../domain/observed';

/** A session put before an admitter. */
export interface ContractDemand {
  readonly orderId: string;
  readonly gpuClass: 'a100' | 't4';
  readonly gpus: number;
  /** Second at which it came. */
  readonly at: number;
  readonly admitted?: boolean;
}

/** Makes an admitter over one A100 node of 4 GPUs and one T4 node of 2, with these sessions. */
export type AdmitterHarness = (demands: readonly ContractDemand[]) => Admitter | Promise<Admitter>;

const demand = (orderId: string, at: number, more: Partial<ContractDemand> = {}): ContractDemand => ({
  orderId,
  at,
  gpuClass: 'a100',
  gpus: 2,
  ...more,
});

/** What every admitter owes, whoever orders the queue. Call it in a spec of each. */
export function describeAdmitter(name: string, harness: AdmitterHarness): void {
  const review = async (
    ...demands: readonly ContractDemand[]
  ): Promise<Record<string, Admission['decision']>> => {
    const answers = await (await harness(demands)).review();
    return Object.fromEntries([...answers].map(([orderId, { decision }]) => [orderId, decision]));
  };

  describe(`${name} as an admitter`, () => {
    test('admits what fits, in the order of arrival, and never more than there is', async () => {
      expect(await review(demand('c', 3), demand('a', 1), demand('b', 2))).toEqual({
        a: 'admit',
        b: 'admit',
        c: 'wait',
      });
    });

    test('counts what was admitted before its pod is bound', async () => {
      const admitted = demand('a', 1, { gpus: 3, admitted: true });
      expect(await review(admitted, demand('b', 2), demand('c', 3, { gpus: 1 }))).toMatchObject({
        b: 'wait',
      });
    });

    test('does not let one pool wait for another', async () => {
      const large = demand('a', 1, { gpus: 3, admitted: true });
      const small = demand('c', 3, { gpuClass: 't4' });
      expect(await review(large, demand('b', 2), small)).toEqual({ b: 'wait', c: 'admit' });
    });

    test('answers every waiting session and no other', async () => {
      const answers = await review(demand('a', 1, { admitted: true }), demand('b', 2), demand('c', 3));
      expect(Object.keys(answers).sort()).toEqual(['b', 'c']);
    });

    test('tells places from 1, without gaps', async () => {
      const full = [demand('a', 1, { admitted: true }), demand('d', 2, { admitted: true })];
      const answers = await (await harness([...full, demand('c', 4), demand('b', 3)])).review();
      expect(answers.get('b')).toMatchObject({ decision: 'wait', place: 1 });
      expect(answers.get('c')).toMatchObject({ decision: 'wait', place: 2 });
    });
  });
}
