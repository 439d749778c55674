import { createHash, hash } from 'node:crypto';

/** RFC 6962 section 2.1 (RFC 9162 section 2.1.1): leaves and nodes are told apart by their first byte. */
const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;

/** SHA-256, in bytes. */
export const HASH_BYTES = 32;

/** Most entries are shorter than this: they are hashed in one call behind their prefix. */
const SCRATCH_BYTES = 4_096;
const leafScratch = Buffer.alloc(1 + SCRATCH_BYTES);
leafScratch[0] = LEAF_PREFIX;
const nodeScratch = Buffer.alloc(1 + 2 * HASH_BYTES);
nodeScratch[0] = NODE_PREFIX;

/** As a string of bytes and back: less than half the time of the answer as a buffer (docs/adr/0111). */
function sha256(bytes: Uint8Array): Buffer {
  return Buffer.from(hash('sha256', bytes, 'binary'), 'latin1');
}

/** The hash of a leaf: SHA-256(0x00 ‖ bytes). */
export function leafHash(bytes: Uint8Array): Buffer {
  if (bytes.length > SCRATCH_BYTES) {
    return createHash('sha256').update(Uint8Array.of(LEAF_PREFIX)).update(bytes).digest();
  }
  leafScratch.set(bytes, 1);
  return sha256(leafScratch.subarray(0, 1 + bytes.length));
}

/** The hash of an inner node: SHA-256(0x01 ‖ left ‖ right); both are hashes of HASH_BYTES. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  nodeScratch.set(left, 1);
  nodeScratch.set(right, 1 + HASH_BYTES);
  return sha256(nodeScratch);
}

/** The root of a tree without a leaf: SHA-256 of nothing. */
export function emptyRoot(): Buffer {
  return sha256(new Uint8Array());
}
