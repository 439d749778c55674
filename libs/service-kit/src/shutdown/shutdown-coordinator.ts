import { Logger } from '@nestjs/common';
import { withTimeLimit } from './time-limit';

/**
 * What ends in which order. A later phase relies on the earlier ones: nothing new comes in, what came in is done,
 * committed and published, and only then the connections close and the last spans and lines leave.
 */
export const SHUTDOWN_PHASES = ['stop-intake', 'drain', 'commit', 'relay', 'pools', 'flush'] as const;

export type ShutdownPhase = (typeof SHUTDOWN_PHASES)[number];

/** The longest each phase may take, in milliseconds; 30 s together, below Kubernetes' grace period of 45 s (chart). */
const PHASE_LIMIT_MS: Readonly<Record<ShutdownPhase, number>> = {
  'stop-intake': 8_000,
  drain: 8_000,
  commit: 5_000,
  relay: 4_000,
  pools: 3_000,
  flush: 2_000,
};
/** After a fatal error the state is doubtful: the log is the truth, so leave fast. */
const FATAL_PHASE_LIMIT_MS = 1_000;

const EXIT_OK = 0;
const EXIT_FATAL = 1;
/** 128 + SIGINT, as shells report it: the second signal gives up waiting. */
const EXIT_FORCED = 130;

/** May be asynchronous; what it returns is not used. */
export type ShutdownAction = () => unknown;

interface Registration {
  readonly phase: ShutdownPhase;
  readonly name: string;
  readonly action: ShutdownAction;
}

/** What the coordinator touches outside of itself. */
export interface ShutdownSurroundings {
  /** Called first: readiness turns false before anything stops. */
  readonly onStopping: () => void;
  readonly exit: (code: number) => void;
}

/** The one place that orders a service's end. Whoever owns something that must end registers it under a phase. */
export class ShutdownCoordinator {
  private readonly logger = new Logger(ShutdownCoordinator.name);
  private readonly registrations: Registration[] = [];
  private running: Promise<void> | undefined;

  constructor(private readonly surroundings: ShutdownSurroundings) {}

  get isStopping(): boolean {
    return this.running !== undefined;
  }

  /** Actions of one phase run at once; an action that fails or exceeds the phase's limit does not hold up the next. */
  register(phase: ShutdownPhase, name: string, action: ShutdownAction): void {
    this.registrations.push({ phase, name, action });
  }

  /** Ends the service in order; repeated calls join the first. Does not exit the process. */
  run(
    reason: string,
    limitMs: (phase: ShutdownPhase) => number = (phase) => PHASE_LIMIT_MS[phase],
  ): Promise<void> {
    this.running ??= this.runPhases(reason, limitMs);
    return this.running;
  }

  /** An error after which this process must not go on (fenced, crashed consumer): a short shutdown, exit code 1. */
  onFatal(error: unknown): void {
    this.logger.fatal({ err: error }, 'fatal error');
    if (this.isStopping) return;
    void this.run('fatal error', () => FATAL_PHASE_LIMIT_MS).then(() => this.surroundings.exit(EXIT_FATAL));
  }

  /** SIGTERM and SIGINT end in order; the second one ends at once. */
  onSignal(signal: string): void {
    if (this.isStopping) {
      this.surroundings.exit(EXIT_FORCED);
      return;
    }
    void this.run(signal).then(() => this.surroundings.exit(EXIT_OK));
  }

  private async runPhases(reason: string, limitMs: (phase: ShutdownPhase) => number): Promise<void> {
    this.logger.log({ reason }, 'shutdown begins');
    this.surroundings.onStopping();
    for (const phase of SHUTDOWN_PHASES) {
      const actions = this.registrations.filter((registration) => registration.phase === phase);
      await Promise.all(actions.map((registration) => this.runAction(registration, limitMs(phase))));
    }
    this.logger.log({ reason }, 'shutdown done');
  }

  private async runAction({ phase, name, action }: Registration, limitMs: number): Promise<void> {
    try {
      await withTimeLimit(limitMs, async () => await action());
    } catch (error) {
      this.logger.error({ err: error, phase, action: name }, 'shutdown action failed');
    }
  }
}
