interface Stopper {
  readonly name: string;
  stop(): Promise<void>;
}

/** What was started, stopped in the reverse order, once. */
export class Stoppers {
  private readonly parts: Stopper[] = [];
  private running: Promise<void> | undefined;

  add(name: string, stop: () => Promise<void>): void {
    this.parts.push({ name, stop });
  }

  /** Waits for a part to start and remembers how to stop it. */
  async started<T extends { stop(): Promise<void> }>(
    name: string,
    starting: Promise<T>,
    say: (text: string) => void,
  ): Promise<T> {
    const part = await starting;
    if (this.running !== undefined) await part.stop();
    this.add(name, () => part.stop());
    say(`${name} is up`);
    return part;
  }

  /** A part that cannot be stopped does not keep the others from it; the first failure is thrown at the end. */
  run(): Promise<void> {
    return (this.running ??= this.stopAll());
  }

  private async stopAll(): Promise<void> {
    const failures: unknown[] = [];
    for (const part of this.parts.toReversed()) {
      await part.stop().catch((error: unknown) => failures.push(error));
    }
    if (failures.length > 0) throw failures[0];
  }
}
