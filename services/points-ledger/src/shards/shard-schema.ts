/** The schema of one shard; undefined for the database's own: a ledger of one shard lives there. */
export function shardSchema(shard: number, shards: number): string | undefined {
  return shards === 1 ? undefined : `shard_${String(shard)}`;
}

/** For options with an optional `searchPath`. */
export function searchPathOf(shard: number, shards: number): { readonly searchPath?: string } {
  const searchPath = shardSchema(shard, shards);
  return searchPath === undefined ? {} : { searchPath };
}
