export {
  canonicalEntry,
  CanonicalEntryError,
  ENTRY_FORMAT,
  MAX_PAYLOAD_BYTES,
  MAX_SHORT_BYTES,
  type CanonicalEntry,
} from './entry/canonical-entry';
export { decodeEntry } from './entry/decode-entry';
export { Frontier, FrontierError } from './tree/frontier';
export { emptyRoot, HASH_BYTES, leafHash, nodeHash } from './tree/hash';
