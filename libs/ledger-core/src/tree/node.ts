/** Items of a leaf, and children of an inner node, at most. A page stays near 2 KB. */
export const MAX_PER_NODE = 32;
/** A node with fewer is joined with a neighbour that has room. */
const MIN_PER_NODE = 8;
/** Later than every instant: of what never wants attention. */
export const NEVER_US = 1n << 62n;

/** How the items of a tree are ordered, and when each wants attention. */
export interface Order<Key, Item extends Key> {
  compare(left: Key, right: Key): number;
  /** `NEVER_US` when it does not. */
  dueAtUs(item: Item): bigint;
  /** When it is over; `NEVER_US` when no time ends it. */
  endsAtUs(item: Item): bigint;
}

/** The earliest instants of the items below a node. */
export interface Instants {
  readonly dueAtUs: bigint;
  readonly endsAtUs: bigint;
}

export type Content<Key, Item extends Key> =
  { readonly items: readonly Item[] } | { readonly children: readonly Node<Key, Item>[] };

/** An immutable node of a search tree; a node behind a stored page reads it when it is first looked into. */
export class Node<Key, Item extends Key> {
  /** The page it is stored in; the root is stored with the account, whatever its number. */
  readonly page: number;
  /** 0 for a leaf. */
  readonly level: number;
  /** At most the key of its first item. */
  readonly low: Key;
  readonly instants: Instants;

  constructor(
    { page, level, low, instants }: Pick<Node<Key, Item>, 'page' | 'level' | 'low' | 'instants'>,
    private content: Content<Key, Item> | (() => Content<Key, Item>),
  ) {
    this.page = page;
    this.level = level;
    this.low = low;
    this.instants = instants;
  }

  get items(): readonly Item[] {
    const content = this.load();
    return 'items' in content ? content.items : [];
  }

  get children(): readonly Node<Key, Item>[] {
    const content = this.load();
    return 'children' in content ? content.children : [];
  }

  get size(): number {
    return this.level === 0 ? this.items.length : this.children.length;
  }

  private load(): Content<Key, Item> {
    if (typeof this.content === 'function') this.content = this.content();
    return this.content;
  }
}

export function leaf<Key, Item extends Key>(
  order: Order<Key, Item>,
  page: number,
  items: readonly Item[],
): Node<Key, Item> {
  const first = items[0];
  if (first === undefined) throw new RangeError('a leaf without items');
  let dueAtUs = NEVER_US;
  let endsAtUs = NEVER_US;
  for (const item of items) {
    const due = order.dueAtUs(item);
    if (due < dueAtUs) dueAtUs = due;
    const end = order.endsAtUs(item);
    if (end < endsAtUs) endsAtUs = end;
  }
  return new Node<Key, Item>({ page, level: 0, low: first, instants: { dueAtUs, endsAtUs } }, { items });
}

export function inner<Key, Item extends Key>(
  page: number,
  children: readonly Node<Key, Item>[],
): Node<Key, Item> {
  const [first] = children;
  if (first === undefined) throw new RangeError('an inner node without children');
  const { level, low } = first;
  return new Node<Key, Item>({ page, level: level + 1, low, instants: earliestOf(children) }, { children });
}

function earliestOf<Key, Item extends Key>(children: readonly Node<Key, Item>[]): Instants {
  let dueAtUs = NEVER_US;
  let endsAtUs = NEVER_US;
  for (const { instants } of children) {
    if (instants.dueAtUs < dueAtUs) dueAtUs = instants.dueAtUs;
    if (instants.endsAtUs < endsAtUs) endsAtUs = instants.endsAtUs;
  }
  return { dueAtUs, endsAtUs };
}

/** Gives out page numbers. */
export type NewPage = () => number;

/** The nodes that stand for this one with the item put in, or put in the place of the one with its key: one, or two. */
export function putIn<Key, Item extends Key>(
  order: Order<Key, Item>,
  node: Node<Key, Item>,
  item: Item,
  newPage: NewPage,
): readonly Node<Key, Item>[] {
  if (node.level === 0) {
    const at = placeOf(order, node.items, item);
    const found = node.items[at];
    const same = found !== undefined && order.compare(found, item) === 0;
    const items = node.items.toSpliced(at, same ? 1 : 0, item);
    if (!same && items.length <= MAX_PER_NODE) return [grownLeaf(order, node, items, item)];
    return halves(items, at).map((half, index) => leaf(order, index === 0 ? node.page : newPage(), half));
  }
  const at = childOf(order, node.children, item);
  const child = node.children[at];
  if (child === undefined) throw new RangeError('an inner node without children');
  const children = node.children.toSpliced(at, 1, ...putIn(order, child, item, newPage));
  return halves(children, at + 1).map((half, index) => inner(index === 0 ? node.page : newPage(), half));
}

/** The leaf with one item more: the others' instants are known. */
function grownLeaf<Key, Item extends Key>(
  order: Order<Key, Item>,
  { page, low, instants }: Node<Key, Item>,
  items: readonly Item[],
  item: Item,
): Node<Key, Item> {
  const dueAtUs = order.dueAtUs(item);
  const endsAtUs = order.endsAtUs(item);
  const earliest = {
    dueAtUs: dueAtUs < instants.dueAtUs ? dueAtUs : instants.dueAtUs,
    endsAtUs: endsAtUs < instants.endsAtUs ? endsAtUs : instants.endsAtUs,
  };
  return new Node<Key, Item>({ page, level: 0, low: items[0] ?? low, instants: earliest }, { items });
}

/** The node without the item of this key; null when nothing is left. The item is there. */
export function takeFrom<Key, Item extends Key>(
  order: Order<Key, Item>,
  node: Node<Key, Item>,
  key: Key,
): Node<Key, Item> | null {
  if (node.level === 0) {
    const items = node.items.filter((item) => order.compare(item, key) !== 0);
    if (items.length === node.items.length) throw new RangeError('what is taken out is not there');
    return items.length === 0 ? null : leaf(order, node.page, items);
  }
  const at = childOf(order, node.children, key);
  const child = node.children[at];
  if (child === undefined) throw new RangeError('an inner node without children');
  const left = takeFrom(order, child, key);
  if (left === null) {
    const children = node.children.toSpliced(at, 1);
    return children.length === 0 ? null : inner(node.page, children);
  }
  return inner(node.page, joined(order, node.children.with(at, left), at));
}

/** The item with this key. */
export function findIn<Key, Item extends Key>(
  order: Order<Key, Item>,
  node: Node<Key, Item>,
  key: Key,
): Item | null {
  let at: Node<Key, Item> | undefined = node;
  while (at !== undefined && at.level > 0) at = at.children[childOf(order, at.children, key)];
  const item = at?.items[placeOf(order, at.items, key)];
  return item !== undefined && order.compare(item, key) === 0 ? item : null;
}

/** Joins a small child with a neighbour, where both fit into one. */
function joined<Key, Item extends Key>(
  order: Order<Key, Item>,
  children: readonly Node<Key, Item>[],
  at: number,
): readonly Node<Key, Item>[] {
  if ((children[at]?.size ?? 0) >= MIN_PER_NODE) return children;
  const first = at + 1 < children.length ? at : at - 1;
  const one = children[first];
  const other = children[first + 1];
  if (one === undefined || other === undefined || one.size + other.size > MAX_PER_NODE) return children;
  const both =
    one.level === 0
      ? leaf(order, one.page, [...one.items, ...other.items])
      : inner(one.page, [...one.children, ...other.children]);
  return children.toSpliced(first, 2, both);
}

/** Splits what has grown too large; where it grew at its end, the full part stays full, as lots mostly come in order. */
function halves<T>(items: readonly T[], grewAt: number): readonly (readonly T[])[] {
  if (items.length <= MAX_PER_NODE) return [items];
  const at = grewAt >= items.length - 1 ? items.length - 1 : items.length >> 1;
  return [items.slice(0, at), items.slice(at)];
}

/** Index of the first item that is not before the key. */
function placeOf<Key, Item extends Key>(order: Order<Key, Item>, items: readonly Item[], key: Key): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = items[middle];
    if (item !== undefined && order.compare(item, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the child that has, or would have, the key. */
function childOf<Key, Item extends Key>(
  order: Order<Key, Item>,
  children: readonly Node<Key, Item>[],
  key: Key,
): number {
  let low = 0;
  let high = children.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const child = children[middle];
    if (child !== undefined && order.compare(child.low, key) <= 0) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
