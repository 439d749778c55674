/** So many cells are written beside shared ones before they are put together again. */
const MOST_BESIDE = 32;

/**
 * A map that is written in place by its owner and costs others little to change: what they write stands beside the
 * shared cells until it is worth a copy. Reads in the order in which keys first came, however it was written.
 */
export class Cells<T> {
  private constructor(
    readonly owner: object,
    /** Shared with other views while `beside` is not null. */
    private base: Map<string, T>,
    private beside: Map<string, T> | null,
  ) {}

  static of<T>(owner: object): Cells<T> {
    return new Cells(owner, new Map<string, T>(), null);
  }

  /** A view of another owner; this one must not be written any more. */
  ownedBy(owner: object): Cells<T> {
    return new Cells(owner, this.base, new Map(this.beside));
  }

  get(key: string): T | undefined {
    return this.beside?.get(key) ?? this.base.get(key);
  }

  set(key: string, value: T): void {
    if (this.beside === null) {
      this.base.set(key, value);
      return;
    }
    this.beside.set(key, value);
    if (this.beside.size > MOST_BESIDE) this.together();
  }

  /** Drops the cells for which `isGone` holds. */
  sweep(isGone: (key: string, value: T) => boolean): void {
    this.together();
    for (const [key, value] of this.base) if (isGone(key, value)) this.base.delete(key);
  }

  /** At least as many as there are: a key that stands in both is counted twice. */
  get sizeAtMost(): number {
    return this.base.size + (this.beside?.size ?? 0);
  }

  *entries(): Generator<readonly [key: string, value: T]> {
    const { base, beside } = this;
    for (const [key, value] of base) yield [key, beside?.get(key) ?? value];
    for (const [key, value] of beside ?? []) if (!base.has(key)) yield [key, value];
  }

  private together(): void {
    if (this.beside === null) return;
    this.base = new Map(this.entries());
    this.beside = null;
  }
}
