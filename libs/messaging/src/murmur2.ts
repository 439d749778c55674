/** 'm' and 'r' of the algorithm, and the seed that the Java client uses. */
const MIX = 0x5bd1e995;
const SEED = 0x9747b28c;

/** murmur2 of the Java client (`Utils.murmur2`), as a signed 32-bit integer. */
function murmur2(data: Buffer): number {
  const whole = data.length & ~3;
  let hash = SEED ^ data.length;
  for (let at = 0; at < whole; at += 4) {
    let word = Math.imul(data.readInt32LE(at), MIX);
    word = Math.imul(word ^ (word >>> 24), MIX);
    hash = Math.imul(hash, MIX) ^ word;
  }
  const rest = data.length - whole;
  if (rest > 0) {
    for (let at = 0; at < rest; at += 1) hash ^= data.readUInt8(whole + at) << (8 * at);
    hash = Math.imul(hash, MIX);
  }
  hash = Math.imul(hash ^ (hash >>> 13), MIX);
  return hash ^ (hash >>> 15);
}

/** The partition that a key goes to, as every Kafka client with the default partitioner computes it. */
export function partitionOfKey(key: string, partitions: number): number {
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
}
