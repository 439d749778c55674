import type { Kill } from './protocol';

/** Counts how often each named point is passed, and ends the process at the chosen one. */
export class KillSwitch {
  readonly passed = new Map<string, number>();

  constructor(private readonly kill: Kill | null) {}

  readonly at = (point: string): void => {
    const count = (this.passed.get(point) ?? 0) + 1;
    this.passed.set(point, count);
    if (this.kill?.point !== point || this.kill.occurrence !== count) return;
    if (this.kill.delayMs === 0) die();
    else setTimeout(die, this.kill.delayMs);
  };
}

/** As `kill -9` does: no handler, no flush, no goodbye. */
function die(): void {
  process.kill(process.pid, 'SIGKILL');
}
