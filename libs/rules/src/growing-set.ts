/** The members of every view that grew out of the same beginning, each with its place, from 1. */
type Places = Map<string, number>;

/**
 * A set that only grows, as an immutable value: `with` gives a new view and leaves this one as it was. Views share one
 * map of places, and a view knows the members up to its own size; so that adding to the newest view, which is what a
 * log does, costs the same however large the set is. Adding to an older view copies it.
 */
export class GrowingSet {
  private constructor(
    private readonly places: Places,
    readonly size: number,
  ) {}

  static of(members: Iterable<string>): GrowingSet {
    const places: Places = new Map();
    for (const member of members) if (!places.has(member)) places.set(member, places.size + 1);
    return new GrowingSet(places, places.size);
  }

  has(member: string): boolean {
    return (this.places.get(member) ?? Infinity) <= this.size;
  }

  /** A view with one more member, unless it is there. */
  with(member: string): GrowingSet {
    if (this.has(member)) return this;
    const places =
      this.places.size === this.size ? this.places : new Map([...this.places].slice(0, this.size));
    places.set(member, this.size + 1);
    return new GrowingSet(places, this.size + 1);
  }

  /** The members in the order in which they came. */
  list(): string[] {
    return [...this.places.keys()].slice(0, this.size);
  }
}
