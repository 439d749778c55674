import type { WireReader } from '../wire/reader';
import type { WireWriter } from '../wire/writer';
import { inner, leaf, Node, type Content, type Order } from './node';
import type { Tree } from './tree';

/** How keys and items of a tree are packed. */
export interface Packing<Key, Item extends Key> {
  writeKey(key: Key, writer: WireWriter): void;
  readKey(reader: WireReader): Key;
  writeItem(item: Item, writer: WireWriter): void;
  readItem(reader: WireReader): Item;
}

/** Where the packed pages of a tree are read from. @throws RangeError when the page is not there. */
export type ReadPage = (page: number) => WireReader;

/** Writes what a node holds: its items, or of each child the page, the lowest key and when it is due. */
export function writeNode<Key, Item extends Key>(
  node: Node<Key, Item>,
  packing: Packing<Key, Item>,
  writer: WireWriter,
): void {
  writer.uint32(node.level);
  writer.uint32(node.size);
  for (const item of node.items) packing.writeItem(item, writer);
  for (const child of node.children) {
    writer.uint32(child.page);
    packing.writeKey(child.low, writer);
    writer.int64(child.instants.dueAtUs);
    writer.int64(child.instants.endsAtUs);
  }
}

/** Reads a node whose content stands here; its children are read when they are looked into. */
export function readNode<Key, Item extends Key>(
  of: { readonly order: Order<Key, Item>; readonly packing: Packing<Key, Item>; readonly pages: ReadPage },
  page: number,
  reader: WireReader,
): Node<Key, Item> {
  const { order, packing, pages } = of;
  const level = reader.uint32();
  const size = reader.uint32();
  if (level === 0) {
    const items: Item[] = [];
    for (let index = 0; index < size; index += 1) items.push(packing.readItem(reader));
    return leaf(order, page, items);
  }
  const children: Node<Key, Item>[] = [];
  for (let index = 0; index < size; index += 1) {
    const child = reader.uint32();
    const low = packing.readKey(reader);
    const instants = { dueAtUs: reader.int64(), endsAtUs: reader.int64() };
    const read = () => contentOf(readNode(of, child, pages(child)));
    children.push(new Node({ page: child, level: level - 1, low, instants }, read));
  }
  return inner(page, children);
}

function contentOf<Key, Item extends Key>(node: Node<Key, Item>): Content<Key, Item> {
  return node.level === 0 ? { items: node.items } : { children: node.children };
}

/** The pages in which two states of a tree differ: nodes to write, and numbers that are gone. Roots are no pages. */
export function changedPages<Key, Item extends Key>(
  before: Tree<Key, Item> | null,
  after: Tree<Key, Item> | null,
): { readonly written: readonly Node<Key, Item>[]; readonly gone: readonly number[] } {
  if (before?.root === after?.root) return { written: [], gone: [] };
  const written: Node<Key, Item>[] = [];
  const gone = new Set<number>();
  const old = byLevel(before);
  const now = byLevel(after);
  for (let level = Math.max(old.length, now.length) - 1; level >= 0; level -= 1) {
    const shared = new Set(old[level]);
    for (const node of now[level] ?? []) {
      if (shared.delete(node)) continue;
      written.push(node);
      if (level > 0) (now[level - 1] ??= []).push(...node.children);
    }
    for (const node of shared) {
      gone.add(node.page);
      if (level > 0) (old[level - 1] ??= []).push(...node.children);
    }
  }
  for (const node of written) gone.delete(node.page);
  return { written, gone: [...gone] };
}

/** The children of the root, at their level; lower levels are filled by who looks into them. */
function byLevel<Key, Item extends Key>(tree: Tree<Key, Item> | null): Node<Key, Item>[][] {
  const root = tree?.root ?? null;
  const levels: Node<Key, Item>[][] = Array.from({ length: root?.level ?? 0 }, () => []);
  if (root !== null && root.level > 0) levels[root.level - 1] = [...root.children];
  return levels;
}
