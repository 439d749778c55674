import type { LogStore } from './log-store';

/**
 * The places of the committer between which something outside of this process may have changed, in the order in which
 * a batch passes them. `…ing`: the statement is sent; `…ed`: its answer is here. Crash tests end the process there.
 */
export const COMMITTER_POINTS = [
  'committer.acquiring',
  'committer.acquired',
  'committer.offsets-reading',
  'committer.offsets-read',
  'committer.head-reading',
  'committer.head-read',
  'committer.doubt-reading',
  'committer.doubt-read',
  'committer.looking-up',
  'committer.looked-up',
  'committer.loading',
  'committer.loaded',
  'committer.covering',
  'committer.covered',
  'committer.appending',
  'committer.beside-writing',
  'committer.beside-written',
  'committer.appended',
  'committer.signalled',
  'committer.answered',
  'committer.fault-telling',
  'committer.fault-told',
] as const;

export type CommitterPoint = (typeof COMMITTER_POINTS)[number];

/** Told at each named point. */
export type OnPoint = (point: CommitterPoint) => void | Promise<void>;

/** Does the work between its two points. */
export async function between<T>(
  onPoint: OnPoint,
  [sent, answered]: readonly [CommitterPoint, CommitterPoint],
  work: () => Promise<T>,
): Promise<T> {
  const working = work();
  // It is awaited below; until then its failure is nobody's.
  working.catch(() => undefined);
  await onPoint(sent);
  const result = await working;
  await onPoint(answered);
  return result;
}

/** The store with a point before and behind each of its awaits. */
export function pointedStore(store: LogStore, onPoint: OnPoint): LogStore {
  const at = <T>(sent: CommitterPoint, answered: CommitterPoint, work: () => Promise<T>): Promise<T> =>
    between(onPoint, [sent, answered], work);
  return {
    acquireEpoch: (owner) => at('committer.acquiring', 'committer.acquired', () => store.acquireEpoch(owner)),
    head: () => at('committer.head-reading', 'committer.head-read', () => store.head()),
    offsets: () => at('committer.offsets-reading', 'committer.offsets-read', () => store.offsets()),
    firstOutcomes: (ids) => at('committer.looking-up', 'committer.looked-up', () => store.firstOutcomes(ids)),
    streamStates: (ids) => at('committer.loading', 'committer.loaded', () => store.streamStates(ids)),
    entriesAfter: (position) =>
      at('committer.doubt-reading', 'committer.doubt-read', () => store.entriesAfter(position)),
    coverPosition: (position) =>
      at('committer.covering', 'committer.covered', () => store.coverPosition(position)),
    append: (batch, beside) => {
      const pointed =
        beside === null
          ? null
          : (tx: Parameters<typeof beside>[0]) =>
              at('committer.beside-writing', 'committer.beside-written', () => beside(tx));
      return at('committer.appending', 'committer.appended', () => store.append(batch, pointed));
    },
  };
}
