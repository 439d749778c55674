/**
 * Arrays in PostgreSQL's binary wire format. A batch's payloads as text arrays cost both sides twice: the client writes
 * each byte as two digits and escapes them, the server parses them back. As bytes they are copied.
 */

/** Object ids of the element types: fixed in every PostgreSQL (pg_type.dat). */
const BOOL = 16;
const BYTEA = 17;
const INT8 = 20;
const INT4 = 23;
const TEXT = 25;

/** ndim, has-null flag, element type, size of the dimension, its lower bound: 4 bytes each. */
const HEADER_BYTES = 20;
const EMPTY_HEADER_BYTES = 12;
const LENGTH_BYTES = 4;
const NULL_LENGTH = -1;

/** A buffer whose header is written, elements to follow at HEADER_BYTES. */
function withHeader(elementType: number, count: number, bytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(count === 0 ? EMPTY_HEADER_BYTES : HEADER_BYTES + bytes);
  buffer.writeInt32BE(count === 0 ? 0 : 1, 0);
  buffer.writeInt32BE(1, 4);
  buffer.writeInt32BE(elementType, 8);
  if (count === 0) return buffer;
  buffer.writeInt32BE(count, 12);
  buffer.writeInt32BE(1, 16);
  return buffer;
}

/** A `bytea[]`. */
export function byteaArray(values: readonly (Uint8Array | null)[]): Buffer {
  let bytes = values.length * LENGTH_BYTES;
  for (const value of values) bytes += value?.length ?? 0;
  const buffer = withHeader(BYTEA, values.length, bytes);
  let at = HEADER_BYTES;
  for (const value of values) {
    at = buffer.writeInt32BE(value?.length ?? NULL_LENGTH, at);
    if (value === null) continue;
    buffer.set(value, at);
    at += value.length;
  }
  return buffer;
}

/** A `text[]`, UTF-8. */
export function textArray(values: readonly (string | null)[]): Buffer {
  let bytes = values.length * LENGTH_BYTES;
  for (const value of values) bytes += value === null ? 0 : Buffer.byteLength(value);
  const buffer = withHeader(TEXT, values.length, bytes);
  let at = HEADER_BYTES;
  for (const value of values) {
    if (value === null) {
      at = buffer.writeInt32BE(NULL_LENGTH, at);
      continue;
    }
    const written = buffer.write(value, at + LENGTH_BYTES);
    at = buffer.writeInt32BE(written, at) + written;
  }
  return buffer;
}

/** A `bigint[]`. Throws RangeError beyond 64 bits. */
export function int8Array(values: readonly (bigint | null)[]): Buffer {
  const nulls = values.reduce((count, value) => (value === null ? count + 1 : count), 0);
  const bytes = values.length * LENGTH_BYTES + (values.length - nulls) * BigInt64Array.BYTES_PER_ELEMENT;
  const buffer = withHeader(INT8, values.length, bytes);
  let at = HEADER_BYTES;
  for (const value of values) {
    if (value === null) {
      at = buffer.writeInt32BE(NULL_LENGTH, at);
      continue;
    }
    at = buffer.writeInt32BE(BigInt64Array.BYTES_PER_ELEMENT, at);
    at = buffer.writeBigInt64BE(value, at);
  }
  return buffer;
}

/** An `integer[]`. Throws RangeError beyond 32 bits. */
export function int4Array(values: readonly (number | null)[]): Buffer {
  const nulls = values.reduce((count: number, value) => (value === null ? count + 1 : count), 0);
  const bytes = values.length * LENGTH_BYTES + (values.length - nulls) * Int32Array.BYTES_PER_ELEMENT;
  const buffer = withHeader(INT4, values.length, bytes);
  let at = HEADER_BYTES;
  for (const value of values) {
    if (value === null) {
      at = buffer.writeInt32BE(NULL_LENGTH, at);
      continue;
    }
    at = buffer.writeInt32BE(Int32Array.BYTES_PER_ELEMENT, at);
    at = buffer.writeInt32BE(value, at);
  }
  return buffer;
}

/** A `boolean[]`. */
export function boolArray(values: readonly boolean[]): Buffer {
  const buffer = withHeader(BOOL, values.length, values.length * (LENGTH_BYTES + 1));
  let at = HEADER_BYTES;
  for (const value of values) {
    at = buffer.writeInt32BE(1, at);
    at = buffer.writeUInt8(value ? 1 : 0, at);
  }
  return buffer;
}
