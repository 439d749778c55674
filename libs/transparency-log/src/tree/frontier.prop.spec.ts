import fc from 'fast-check';
import { merkleTreeHash } from '../test/merkle-tree-hash';
import { Frontier } from './frontier';
import { leafHash } from './hash';

const leaf = fc.uint8Array({ maxLength: 40 });

function grown(leaves: readonly Uint8Array[], from = Frontier.empty()): Frontier {
  for (const bytes of leaves) from.append(leafHash(bytes));
  return from;
}

describe('the frontier', () => {
  test('has at every size the root of the definition', () => {
    fc.assert(
      fc.property(fc.array(leaf, { maxLength: 70 }), (leaves) => {
        const frontier = Frontier.empty();
        for (const [index, bytes] of leaves.entries()) {
          frontier.append(leafHash(bytes));
          expect(frontier.root()).toEqual(merkleTreeHash(leaves.slice(0, index + 1)));
        }
        expect(frontier.size).toBe(BigInt(leaves.length));
      }),
    );
  });

  test('goes on from its packed bytes as if it had never been packed', () => {
    fc.assert(
      fc.property(fc.array(leaf, { maxLength: 70 }), fc.array(leaf, { maxLength: 70 }), (before, after) => {
        const packed = grown(before).toBytes();
        const bits = before.length.toString(2).split('1').length - 1;
        expect(packed).toHaveLength(9 + 32 * bits);
        const again = Frontier.fromBytes(packed);
        expect(again.toBytes()).toEqual(packed);
        expect(grown(after, again).root()).toEqual(merkleTreeHash([...before, ...after]));
      }),
    );
  });

  test('is not changed by what is appended to a copy', () => {
    fc.assert(
      fc.property(
        fc.array(leaf, { maxLength: 70 }),
        fc.array(leaf, { minLength: 1, maxLength: 9 }),
        (kept, tried) => {
          const frontier = grown(kept);
          grown(tried, frontier.copy());
          expect(frontier.root()).toEqual(merkleTreeHash(kept));
          expect(frontier.size).toBe(BigInt(kept.length));
        },
      ),
    );
  });

  test('is not changed by bytes changed after it was unpacked', () => {
    const packed = grown([Buffer.from('a'), Buffer.from('b'), Buffer.from('c')]).toBytes();
    const frontier = Frontier.fromBytes(packed);
    const root = frontier.root();
    packed.fill(0);
    expect(frontier.root()).toEqual(root);
  });

  test('refuses every packed frontier that is cut off or too long', () => {
    fc.assert(
      fc.property(fc.array(leaf, { maxLength: 70 }), fc.nat(), (leaves, cut) => {
        const packed = grown(leaves).toBytes();
        expect(() => Frontier.fromBytes(packed.subarray(0, cut % packed.length))).toThrow(
          /cut off|bytes for a size/,
        );
        expect(() => Frontier.fromBytes(Buffer.concat([packed, Buffer.alloc(32)]))).toThrow(
          'bytes for a size',
        );
      }),
    );
  });
});
