import { emptyRoot, HASH_BYTES, nodeHash } from './hash';

/** The packed layout written today. */
const FRONTIER_FORMAT = 1;
/** Format and size. */
const HEADER_BYTES = 1 + 8;
/** More leaves than any log will have; the size stays an exact number. */
const MAX_LEAVES = BigInt(Number.MAX_SAFE_INTEGER);

/** Bytes that are not a packed frontier. */
export class FrontierError extends Error {
  override readonly name = 'FrontierError';
}

/**
 * The right edge of an RFC 6962 tree: all that is needed to append and to say the root. One hash for each perfect
 * subtree that the size is made of, so at most one per bit of the size. Appending costs one node hash on average.
 *
 * Packed: u8 format · u64 size · 32 bytes for each 1 of the size in binary, the largest subtree (the leftmost
 * leaves) first.
 */
export class Frontier {
  /** `peaks[h]` is the root of the perfect subtree of 2^h leaves, where the size has that bit. */
  private constructor(
    private readonly peaks: (Buffer | undefined)[],
    private leaves: number,
  ) {}

  static empty(): Frontier {
    return new Frontier([], 0);
  }

  /** What `toBytes` wrote; throws FrontierError for anything else. */
  static fromBytes(bytes: Buffer): Frontier {
    if (bytes.length < HEADER_BYTES) throw new FrontierError('the frontier is cut off');
    const format = bytes.readUInt8(0);
    if (format !== FRONTIER_FORMAT) throw new FrontierError(`unknown format ${String(format)}`);
    const size = bytes.readBigUInt64BE(1);
    if (size > MAX_LEAVES) throw new FrontierError(`a size of ${String(size)}`);
    const peaks: (Buffer | undefined)[] = [];
    let at = bytes.length;
    // The smallest subtree stands last.
    for (let left = size; left > 0n; left >>= 1n) {
      const start = at - HASH_BYTES;
      const full = (left & 1n) === 1n && start >= HEADER_BYTES;
      // A copy: the frontier outlives the row it came in.
      peaks.push(full ? Buffer.from(bytes.subarray(start, at)) : undefined);
      if ((left & 1n) === 1n) at = start;
    }
    if (at !== HEADER_BYTES)
      throw new FrontierError(`${String(bytes.length)} bytes for a size of ${String(size)}`);
    return new Frontier(peaks, Number(size));
  }

  /** Leaves appended so far: the position of the last entry. */
  get size(): bigint {
    return BigInt(this.leaves);
  }

  /** Appends a leaf by its hash. */
  append(leaf: Buffer): void {
    if (leaf.length !== HASH_BYTES) throw new FrontierError(`a leaf hash of ${String(leaf.length)} bytes`);
    let peak = leaf;
    let height = 0;
    // Like adding one in binary: equal neighbours become one subtree of twice the size.
    for (let left = this.peaks[height]; left !== undefined; left = this.peaks[height]) {
      peak = nodeHash(left, peak);
      this.peaks[height] = undefined;
      height += 1;
    }
    this.peaks[height] = peak;
    this.leaves += 1;
  }

  /** The Merkle tree hash over all leaves: RFC 6962 section 2.1. */
  root(): Buffer {
    let root: Buffer | undefined;
    for (const peak of this.peaks) {
      if (peak !== undefined) root = root === undefined ? peak : nodeHash(peak, root);
    }
    return root ?? emptyRoot();
  }

  /** An independent frontier of the same tree: to plan an append that may not come about. */
  copy(): Frontier {
    return new Frontier([...this.peaks], this.leaves);
  }

  toBytes(): Buffer {
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeUInt8(FRONTIER_FORMAT, 0);
    header.writeBigUInt64BE(this.size, 1);
    return Buffer.concat([header, ...this.peaks.filter((peak) => peak !== undefined).reverse()]);
  }
}
