import { withTimeLimit } from '../shutdown/time-limit';

/** live: the process should not be restarted; ready: it should get requests; startup: it has come up. */
export type HealthKind = 'live' | 'ready' | 'startup';

/** Throws or rejects when the thing is not well; may be asynchronous. */
export type HealthCheck = () => unknown;

export interface HealthReport {
  readonly status: 'up' | 'down';
  /** Names and states only: the probes are open to everyone. */
  readonly checks: Readonly<Record<string, 'up' | 'down'>>;
}

/** The longest one check may take, in milliseconds; below a probe's usual timeout. */
const CHECK_LIMIT_MS = 900;

interface Indicator {
  readonly name: string;
  readonly kind: HealthKind;
  readonly check: HealthCheck;
}

/** What the probes ask. Whoever owns a dependency registers how to tell that it is well. */
export class HealthRegistry {
  private readonly indicators: Indicator[] = [];
  private readonly inFlight = new Map<HealthKind, Promise<HealthReport>>();
  private started = false;
  private stopping = false;

  constructor(private readonly checkLimitMs = CHECK_LIMIT_MS) {
    this.register('started', 'startup', () => mustHold(this.started, 'still starting'));
    this.register('started', 'ready', () => mustHold(this.started, 'still starting'));
    this.register('not-stopping', 'ready', () => mustHold(!this.stopping, 'stopping'));
  }

  register(name: string, kind: HealthKind, check: HealthCheck): void {
    this.indicators.push({ name, kind, check });
  }

  markStarted(): void {
    this.started = true;
  }

  markStopping(): void {
    this.stopping = true;
  }

  /** Probes that come while one is being answered share its answer: they are open, so they must stay cheap. */
  report(kind: HealthKind): Promise<HealthReport> {
    const running = this.inFlight.get(kind) ?? this.evaluate(kind).finally(() => this.inFlight.delete(kind));
    this.inFlight.set(kind, running);
    return running;
  }

  private async evaluate(kind: HealthKind): Promise<HealthReport> {
    const asked = this.indicators.filter((indicator) => indicator.kind === kind);
    const states = await Promise.all(
      asked.map(async ({ name, check }) => [name, (await this.isWell(check)) ? 'up' : 'down'] as const),
    );
    const allUp = states.every(([, state]) => state === 'up');
    return { status: allUp ? 'up' : 'down', checks: Object.fromEntries(states) };
  }

  private async isWell(check: HealthCheck): Promise<boolean> {
    try {
      await withTimeLimit(this.checkLimitMs, async () => await check());
      return true;
    } catch {
      return false;
    }
  }
}

function mustHold(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}
