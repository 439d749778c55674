import * as fc from 'fast-check';
import { WireReader } from '../wire/reader';
import { WireWriter } from '../wire/writer';
import { NEVER_US, type Order } from './node';
import { changedPages, readNode, writeNode, type Packing } from './pages';
import { Tree } from './tree';

interface Key {
  readonly at: number;
}
interface Item extends Key {
  readonly due: bigint;
}

const ORDER: Order<Key, Item> = {
  compare: (left, right) => left.at - right.at,
  dueAtUs: ({ due }) => due,
  endsAtUs: ({ due }) => (due === NEVER_US ? NEVER_US : due * 2n),
};

const PACKING: Packing<Key, Item> = {
  writeKey: ({ at }, writer) => {
    writer.uint32(at);
  },
  readKey: (reader) => ({ at: reader.uint32() }),
  writeItem: ({ at, due }, writer) => {
    writer.uint32(at);
    writer.int64(due);
  },
  readItem: (reader) => ({ at: reader.uint32(), due: reader.int64() }),
};

/** What a store does with pages: writes those that changed, removes those that are gone. */
class Store {
  readonly pages = new Map<number, Buffer>();
  private root: Buffer = Buffer.alloc(0);
  private before: Tree<Key, Item> | null = null;

  save(tree: Tree<Key, Item>): number {
    const { written, gone } = changedPages(this.before, tree);
    for (const page of gone) expect(this.pages.delete(page)).toBe(true);
    for (const node of written) this.pages.set(node.page, packed(node));
    this.root = tree.root === null ? Buffer.alloc(0) : packed(tree.root);
    this.before = tree;
    return written.length;
  }

  load(like: Tree<Key, Item>): Tree<Key, Item> {
    if (this.root.length === 0) return new Tree(ORDER, like.slot, like.pages);
    const pages = (page: number) => new WireReader(this.pages.get(page) ?? Buffer.alloc(0));
    const root = readNode(
      { order: ORDER, packing: PACKING, pages },
      like.root?.page ?? 0,
      new WireReader(this.root),
    );
    this.before = new Tree(ORDER, like.slot, like.pages, root);
    return this.before;
  }
}

function packed(node: Parameters<typeof writeNode<Key, Item>>[0]): Buffer {
  const writer = new WireWriter();
  writeNode(node, PACKING, writer);
  return writer.take();
}

const change = fc.record({ at: fc.nat(400), due: fc.bigInt(1n, 50n), keep: fc.integer({ min: 0, max: 3 }) });

describe('a tree in pages', () => {
  it('holds what a sorted list holds, whatever is put in and taken out, stored and loaded', () => {
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 200, maxLength: 900, size: 'max' }),
        fc.integer({ min: 1, max: 60 }),
        (changes, every) => {
          let tree: Tree<Key, Item> = new Tree(ORDER, 3);
          const list = new Map<number, Item>();
          const store = new Store();
          for (const [index, { at, due, keep }] of changes.entries()) {
            if (keep > 0 || !list.has(at)) {
              tree = tree.put({ at, due });
              list.set(at, { at, due });
            } else {
              tree = tree.remove({ at });
              list.delete(at);
            }
            if (index % every === 0) store.save(tree);
            if (index % (every * 3) === 0) tree = store.load(tree);
          }
          const sorted = [...list.values()].sort((one, other) => one.at - other.at);
          expect([...tree.items()]).toEqual(sorted);
          const least = sorted.reduce<bigint>((min, { due }) => (due < min ? due : min), NEVER_US);
          expect(tree.instants.dueAtUs).toBe(least);
          expect(tree.earliest('dueAtUs')).toEqual(sorted.find(({ due }) => due === least) ?? null);
          for (const { at } of sorted) expect(tree.find({ at })).toEqual(list.get(at));
          expect(tree.find({ at: 401 })).toBeNull();
        },
      ),
      { numRuns: 30 },
    );
  });

  it('writes few pages for one change of a great many items, and leaves no page behind', () => {
    let tree: Tree<Key, Item> = new Tree(ORDER, 3);
    for (let at = 0; at < 200_000; at += 1) tree = tree.put({ at: at * 2, due: NEVER_US });
    const store = new Store();
    store.save(tree);
    expect(store.save(tree.put({ at: 200_001, due: 1n }))).toBeLessThanOrEqual(6);
    expect(store.save(tree.remove({ at: 0 }))).toBeLessThanOrEqual(12);
    let small = tree;
    for (let at = 0; at < 199_990; at += 1) small = small.remove({ at: at * 2 });
    store.save(small);
    expect([...store.load(small).items()]).toHaveLength(10);
    expect(store.pages.size).toBe(0);
  });
});
