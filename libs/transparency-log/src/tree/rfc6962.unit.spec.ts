import { createHash } from 'node:crypto';
import { merkleTreeHash } from '../test/merkle-tree-hash';
import { Frontier, FrontierError } from './frontier';
import { emptyRoot, leafHash, nodeHash } from './hash';

/** The leaves and roots that certificate-transparency and transparency-dev/merkle publish as test vectors. */
const LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => Buffer.from(hex, 'hex'));
const ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

describe('the published vectors of RFC 6962', () => {
  test.each(ROOTS.map((root, size) => ({ size, root })))('root of $size leaves', ({ size, root }) => {
    const leaves = LEAVES.slice(0, size);
    const frontier = Frontier.empty();
    for (const leaf of leaves) frontier.append(leafHash(leaf));
    expect(frontier.root().toString('hex')).toBe(root);
    expect(merkleTreeHash(leaves).toString('hex')).toBe(root);
  });

  test('an empty tree, an empty leaf and a node are three different hashes', () => {
    expect(emptyRoot().toString('hex')).toBe(ROOTS[0]);
    expect(leafHash(Buffer.alloc(0)).toString('hex')).toBe(ROOTS[1]);
    const [left, right] = [Buffer.alloc(32, 'left'), Buffer.alloc(32, 'right')];
    const node = createHash('sha256').update(Uint8Array.of(1)).update(left).update(right).digest();
    expect(nodeHash(left, right)).toEqual(node);
  });

  test('a leaf of any length is hashed alike', () => {
    for (const length of [0, 1, 4_095, 4_096, 4_097, 1_000_000]) {
      const leaf = Buffer.alloc(length, 7);
      expect(leafHash(leaf)).toEqual(merkleTreeHash([leaf]));
    }
  });

  test('what is no hash is not appended, what is no frontier is not unpacked', () => {
    expect(() => {
      Frontier.empty().append(Buffer.alloc(31));
    }).toThrow(FrontierError);
    expect(() => Frontier.fromBytes(Buffer.from('020000000000000000', 'hex'))).toThrow('unknown format 2');
    expect(() => Frontier.fromBytes(Buffer.from('01ffffffffffffffff', 'hex'))).toThrow('a size of');
  });
});
