import { findIn, inner, leaf, NEVER_US, putIn, takeFrom, type Instants, type Node, type Order } from './node';

/** Page numbers of a tree are its slot plus multiples of this, so that the trees of an account never share one. */
export const SLOTS = 4_096;

const NO_INSTANTS: Instants = { dueAtUs: NEVER_US, endsAtUs: NEVER_US };

/**
 * An ordered collection as an immutable value: a change copies the nodes on one way to a leaf and shares the others, so
 * that half a million items cost a change what a hundred do, in memory and in the pages that are written.
 */
export class Tree<Key, Item extends Key> {
  constructor(
    readonly order: Order<Key, Item>,
    readonly slot: number,
    /** Pages given out so far; numbers are not used twice. */
    readonly pages = 0,
    readonly root: Node<Key, Item> | null = null,
  ) {}

  get isEmpty(): boolean {
    return this.root === null;
  }

  /** When its items first want attention, and first end. */
  get instants(): Instants {
    return this.root?.instants ?? NO_INSTANTS;
  }

  find(key: Key): Item | null {
    return this.root === null ? null : findIn(this.order, this.root, key);
  }

  /** Puts an item in its place, or in the place of the one with its key. */
  put(item: Item): Tree<Key, Item> {
    let pages = this.pages;
    const newPage = (): number => this.slot + SLOTS * pages++;
    if (this.root === null) {
      const root = leaf(this.order, newPage(), [item]);
      return new Tree(this.order, this.slot, pages, root);
    }
    const [one, other] = putIn(this.order, this.root, item, newPage);
    if (one === undefined) throw new RangeError('a node became nothing');
    const root = other === undefined ? one : inner(newPage(), [one, other]);
    return new Tree(this.order, this.slot, pages, root);
  }

  /** Takes out the item with this key, which is there. */
  remove(key: Key): Tree<Key, Item> {
    if (this.root === null) throw new RangeError('what is taken out is not there');
    let root = takeFrom(this.order, this.root, key);
    while (root !== null && root.level > 0 && root.size === 1) root = root.children[0] ?? null;
    return new Tree(this.order, this.slot, this.pages, root);
  }

  /** The item that wants attention, or ends, earliest; of several the first in order. */
  earliest(which: keyof Instants): Item | null {
    let node = this.root;
    if (node === null || node.instants[which] === NEVER_US) return null;
    const atUs = node.instants[which];
    while (node !== null && node.level > 0) {
      node = node.children.find((child) => child.instants[which] === atUs) ?? null;
    }
    return node?.items.find((item) => this.order[which](item) === atUs) ?? null;
  }

  /** All items in order. */
  *items(): Generator<Item, void> {
    if (this.root !== null) yield* itemsOf(this.root);
  }
}

function* itemsOf<Key, Item extends Key>(node: Node<Key, Item>): Generator<Item, void> {
  if (node.level === 0) yield* node.items;
  else for (const child of node.children) yield* itemsOf(child);
}
