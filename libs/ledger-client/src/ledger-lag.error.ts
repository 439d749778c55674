/** The view did not come to the position in time. Says where it stands. */
export class LedgerLagError extends Error {
  override readonly name = 'LedgerLagError';

  constructor(
    readonly shard: number,
    readonly wanted: bigint,
    readonly position: bigint,
  ) {
    super(
      `shard ${String(shard)} stands at position ${position.toString()}, not yet at ${wanted.toString()}`,
    );
  }
}
