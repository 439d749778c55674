import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { leafHash } from '../tree/hash';
import { canonicalEntry, type CanonicalEntry } from './canonical-entry';
import { decodeEntry } from './decode-entry';

/** As in the file: numbers as decimal strings, bytes as hex. */
interface Vector {
  readonly name: string;
  readonly entry: Readonly<Record<'logName' | 'commandId' | 'kind', string>> &
    Readonly<Record<'position' | 'fingerprint' | 'streamVersion' | 'recordedAtUs' | 'payload', string>> & {
      readonly streamId: string | null;
    };
  readonly bytes: string;
  readonly leafHash: string;
}

const VECTORS = JSON.parse(
  readFileSync(join(__dirname, '../../vectors/canonical-entry.v1.json'), 'utf8'),
) as readonly Vector[];

function entryOf({ entry }: Vector): CanonicalEntry {
  return {
    ...entry,
    position: BigInt(entry.position),
    streamVersion: BigInt(entry.streamVersion),
    recordedAtUs: BigInt(entry.recordedAtUs),
    fingerprint: Buffer.from(entry.fingerprint, 'hex'),
    payload: Buffer.from(entry.payload, 'hex'),
  };
}

function anEntry(): CanonicalEntry {
  return {
    logName: 'points-ledger',
    position: 1n,
    commandId: 'c',
    fingerprint: Buffer.alloc(32),
    streamId: 'user-1',
    streamVersion: 1n,
    kind: 'Awarded',
    recordedAtUs: 1n,
    payload: Buffer.from('p'),
  };
}

describe('the canonical bytes of an entry', () => {
  test.each(VECTORS)('never change: $name', (vector) => {
    const bytes = canonicalEntry(entryOf(vector));
    expect(bytes.toString('hex')).toBe(vector.bytes);
    expect(leafHash(bytes).toString('hex')).toBe(vector.leafHash);
    expect(decodeEntry(bytes)).toEqual(entryOf(vector));
  });

  test.each([
    ['a lone surrogate in a text', { commandId: 'a\ud800' }, 'not well-formed'],
    ['a text beyond 65,535 bytes', { kind: 'k'.repeat(65_536) }, 'kind has 65536 bytes'],
    [
      'a fingerprint beyond 65,535 bytes',
      { fingerprint: Buffer.alloc(65_536) },
      'fingerprint has 65536 bytes',
    ],
    ['a negative position', { position: -1n }, 'out of range'],
    ['a time beyond 64 bits', { recordedAtUs: 2n ** 64n }, 'out of range'],
  ])('do not exist for %s', (_, change, message) => {
    expect(() => canonicalEntry({ ...anEntry(), ...change })).toThrow(message);
  });

  test('a stream without a name is not the absence of a stream', () => {
    const nameless = canonicalEntry({ ...anEntry(), streamId: '' });
    expect(nameless.equals(canonicalEntry({ ...anEntry(), streamId: null }))).toBe(false);
    expect(decodeEntry(nameless).streamId).toBe('');
  });

  test('another format, another flag, a text that is no UTF-8 are refused', () => {
    const entry = anEntry();
    const bytes = canonicalEntry(entry);
    const changed = (at: number, value: number): Buffer => {
      const copy = Buffer.from(bytes);
      copy[at] = value;
      return copy;
    };
    expect(() => decodeEntry(changed(0, 2))).toThrow('unknown format 2');
    expect(() => decodeEntry(changed(3, 0xff))).toThrow('a text is not UTF-8');
    const flagAt = 1 + 2 + entry.logName.length + 8 + 2 + 1 + 2 + 32;
    expect(() => decodeEntry(changed(flagAt, 2))).toThrow('a flag of 2');
  });
});
