/** How long and how often a bench measures; what it says while it does. */
export interface BenchOptions {
  /** Seconds of each measured phase; without it each bench takes its own default. */
  readonly seconds?: number;
  /** How often each measurement is made; results are medians. Default: the bench's own. */
  readonly runs?: number;
  /** The bench's own flags by name. */
  readonly numbers: Readonly<Record<string, number>>;
  /** One line of progress for people; never on standard output. */
  readonly say: (line: string) => void;
  /** Runs when the bench is over, whatever its end, in reverse order: servers, folders. */
  readonly cleanUp: (step: () => Promise<void>) => void;
}

/** One measured row: a system under one workload. */
export interface Measurement {
  /** Ours is `kuda`; a peer by its package. */
  readonly system: string;
  readonly workload: string;
  /** What one operation is, the bench says. */
  readonly ops_per_second: number;
  /** Latency of one operation; null where the workload has none. */
  readonly p50_ms: number | null;
  readonly p99_ms: number | null;
  /** How it was set up, or what it does not do. */
  readonly note?: string;
}

/** A limit that this bench has to hold on a quiet machine. */
export interface Limit {
  readonly what: string;
  readonly measured: number;
  readonly at: 'least' | 'most';
  readonly bound: number;
}

export interface BenchResult {
  readonly results: readonly Measurement[];
  /** Ours over the best peer, and other quotients; each named for what it compares. */
  readonly ratios: Readonly<Record<string, number>>;
  readonly limits: readonly Limit[];
  /** Servers measured against and the settings that matter: name to version or value. */
  readonly servers: Readonly<Record<string, string>>;
  /** What was checked after the runs; a failure has thrown. */
  readonly audit?: readonly string[];
}

/** A flag that one bench has beside the common ones: `--<name> <n>`. */
export interface NumberFlag {
  readonly name: string;
  readonly meaning: string;
  readonly byDefault: number;
}

/** A benchmark: `npm run bench -- <name>`. */
export interface Bench {
  readonly name: string;
  /** One line for `--help`. */
  readonly summary: string;
  readonly flags?: readonly NumberFlag[];
  run(options: BenchOptions): Promise<BenchResult>;
}
