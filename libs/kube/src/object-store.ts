import { MAX_TOMBSTONES } from './list-watch.ports';

interface Tombstone<T> {
  readonly object: T;
  readonly goneAtMs: number;
}

/** The objects of one kind as last seen, and for a while the last state of those that are gone. */
export class ObjectStore<T> {
  private objects = new Map<string, T>();
  /** In the order of leaving, so that the oldest come first. */
  private readonly tombstones = new Map<string, Tombstone<T>>();

  constructor(
    private readonly nameOf: (object: T) => string,
    private readonly versionOf: (object: T) => string,
    private readonly tombstoneMs: number,
  ) {}

  list(): readonly T[] {
    return [...this.objects.values()];
  }

  get(name: string): T | undefined {
    return this.objects.get(name);
  }

  departed(): readonly T[] {
    this.forgetOld();
    return [...this.tombstones.values()].map((tombstone) => tombstone.object);
  }

  put(object: T): void {
    this.objects.set(this.nameOf(object), object);
  }

  remove(object: T): void {
    const name = this.nameOf(object);
    this.objects.delete(name);
    this.tombstones.delete(name);
    this.tombstones.set(name, { object, goneAtMs: Date.now() });
    this.forgetOld();
  }

  /** Takes a complete list as the truth; answers every object that is new, changed or gone. */
  replaceAll(found: readonly T[]): readonly T[] {
    const before = this.objects;
    this.objects = new Map(found.map((object) => [this.nameOf(object), object]));
    const changed = found.filter((object) => {
      const known = before.get(this.nameOf(object));
      return known === undefined || this.versionOf(known) !== this.versionOf(object);
    });
    const gone = [...before].filter(([name]) => !this.objects.has(name)).map(([, object]) => object);
    for (const object of gone) this.remove(object);
    return [...changed, ...gone];
  }

  private forgetOld(): void {
    const oldest = Date.now() - this.tombstoneMs;
    for (const [name, tombstone] of this.tombstones) {
      if (tombstone.goneAtMs >= oldest && this.tombstones.size <= MAX_TOMBSTONES) return;
      this.tombstones.delete(name);
    }
  }
}
