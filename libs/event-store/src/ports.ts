/**
 * The log as its users see it. One log per service: an append-only table behind one fenced head row
 * (DESIGN.md section 2). Payload bytes are encoded once and never re-encoded.
 */

/** Where a command came from on the bus; its offset is stored in the transaction of its effect. */
export interface InputOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

/** One entry to append: the outcome of one command, refusals included. */
export interface NewEntry {
  /** Unique for ever; a repeat returns the first outcome (I18). */
  readonly commandId: string;
  /** SHA-256 of the command's content: the same id with another fingerprint is a conflict. */
  readonly fingerprint: Buffer;
  /** The stream the entry belongs to, or null for an entry without a stream. */
  readonly streamId: string | null;
  readonly kind: string;
  readonly payload: Buffer;
  /** W3C trace context of the cause, or null. */
  readonly traceparent: string | null;
}

/** An entry as stored. */
export interface StoredEntry extends NewEntry {
  /** Gap-free over the log, from 1. */
  readonly position: bigint;
  /** Gap-free over the stream, from 1; 0 for an entry without a stream. */
  readonly streamVersion: bigint;
  /** Ledger time in microseconds since the Unix epoch; strictly increasing with the position. */
  readonly recordedAtUs: bigint;
}

/** The packed state of one stream after its latest entry. */
export interface StreamState {
  readonly streamId: string;
  readonly version: bigint;
  readonly position: bigint;
  readonly state: Buffer;
  /** The parts of the state that are stored apart, by page number; empty for most streams. */
  readonly pages: ReadonlyMap<number, Buffer>;
  /** Ledger time at which the stream next wants attention (maturing, expiry), or null. */
  readonly dueAtUs: bigint | null;
}

/** Facts given to a decision: everything that is not state or command. */
export interface DecisionFacts {
  /** The position, version and ledger time the entry will have. */
  readonly position: bigint;
  readonly streamVersion: bigint;
  readonly recordedAtUs: bigint;
}

/** What a decision writes. */
export interface Decided<State> {
  readonly kind: string;
  readonly payload: Buffer;
  /** The stream's state after the entry; ignored for an entry without a stream. */
  readonly state: State;
  /** Signed changes of the log's totals, aggregated per batch: platform accounts, counters. */
  readonly totals: readonly TotalDelta[];
}

export interface TotalDelta {
  readonly key: string;
  readonly amount: bigint;
}

/** A part of a state that is stored apart, so that a large state writes only what changed; null: it is gone. */
export interface PageUpdate {
  /** From 0; the policy's own numbering. */
  readonly pageNo: number;
  readonly bytes: Buffer | null;
}

/** A state as it is stored. */
export interface EncodedState {
  readonly bytes: Buffer;
  /** Ledger time in microseconds at which the stream next wants attention, or null. */
  readonly dueAtUs: bigint | null;
  /** The pages that differ from those of the state before; the others stay as they are. */
  readonly pages?: readonly PageUpdate[];
}

/** A command with its identity and its origin; `C` is the service's own command type. */
export interface CommandEnvelope<C> {
  readonly commandId: string;
  readonly fingerprint: Buffer;
  readonly streamId: string | null;
  readonly command: C;
  readonly input: InputOffset | null;
  readonly traceparent: string | null;
}

/** A batch that is decided and not yet committed. */
export interface InFlight<Context> {
  readonly context: Context;
  readonly entries: readonly StoredEntry[];
}

/**
 * How a service decides: pure functions, the committer does the rest. States are shared with a cache:
 * `decide` returns a new one and never changes the one it was given. A command without a stream is decided on
 * `initialState('')`.
 */
export interface DecisionPolicy<C, State, Context> {
  /** State of a stream that has no entry yet. */
  initialState(streamId: string): State;
  /**
   * Packs a state. `before` is the state as it was loaded or last committed, null for a stream without entries;
   * a large state compares with it to name the pages that changed.
   */
  encodeState(state: State, before: State | null): EncodedState;
  /** Unpacks a state; `pages` holds every page that is stored for the stream. */
  decodeState(bytes: Buffer, pages: ReadonlyMap<number, Buffer>): State;
  /**
   * True lets a batch be decided while the one before it is being committed, on the state that that one will leave.
   * `prepare` must then find what it reads from the log or from rows beside it in `inFlight` too.
   */
  readonly decidesAhead?: boolean;
  /**
   * Reads facts outside the streams for a whole batch, before it is decided. `inFlight` is the batch that is being
   * committed, null when all is committed; what is decided here counts only if that one is.
   */
  prepare(commands: readonly CommandEnvelope<C>[], inFlight: InFlight<Context> | null): Promise<Context>;
  decide(state: State, command: CommandEnvelope<C>, facts: DecisionFacts, context: Context): Decided<State>;
  /**
   * What time itself asks for before any other command of the stream is decided (maturing, expiry); usually
   * null. Asked again after each such command; deciding one must take away what was due. Its id must not
   * depend on `nowUs`.
   */
  due(streamId: string, state: State, nowUs: bigint): CommandEnvelope<C> | null;
  /**
   * A command whose id is known, whatever its content: another command in its place, or null to answer with
   * the first outcome. Not asked for an input that lies below the stored offset: that is a redelivery and has
   * had its effect.
   */
  onRepeat(command: CommandEnvelope<C>): CommandEnvelope<C> | null;
  /** Rows written beside the entries in the same transaction (claims); omit when there are none. */
  beside?(tx: SqlClient, entries: readonly StoredEntry[], context: Context): Promise<void>;
  /**
   * False spares a batch the longer transaction that `beside` needs; when omitted, `beside` runs for every
   * batch.
   */
  needsBeside?(entries: readonly StoredEntry[], context: Context): boolean;
}

/**
 * The answer to one submitted command.
 * - `recorded`: appended now. `repeated`: the id had been appended before with the same fingerprint.
 * - `conflict`: the id had been appended before with another fingerprint.
 * - `faulted`: could not be stored or decided; nothing was written. The caller puts it aside.
 */
export type Outcome =
  | { readonly status: 'recorded'; readonly entry: StoredEntry }
  | { readonly status: 'repeated'; readonly entry: StoredEntry }
  | ConflictOutcome
  | FaultedOutcome;

/** A command whose id had been appended before with another fingerprint: that one's entry. */
export interface ConflictOutcome {
  readonly status: 'conflict';
  readonly entry: StoredEntry;
}

/** One command that could not be stored or decided; nothing of it was written. */
export interface FaultedOutcome {
  readonly status: 'faulted';
  readonly code: string;
  readonly detail: string;
}

/** Takes whatever is queued, up to 512 commands, and appends it in one transaction. */
export interface Committer<C> {
  /** Resolves when the outcome of every command is durable, in the order given. */
  submit(commands: readonly CommandEnvelope<C>[]): Promise<readonly Outcome[]>;
}

/** The part of a `pg` client this library needs. */
export interface SqlClient {
  query<Row extends object>(text: string, values?: readonly unknown[]): Promise<{ readonly rows: Row[] }>;
}

/** A pool of connections whose 64-bit integers arrive as bigint. */
export interface SqlPool extends SqlClient {
  /** Runs `work` in one transaction: commits when it resolves, rolls back when it rejects. */
  transaction<T>(work: (tx: SqlClient) => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

/** Tells whoever tails the log that it has grown; a poll stands behind it. */
export interface CommitSignal {
  /** Calls `listener` with the new head position after each commit; returns how to stop that. */
  onCommit(listener: (position: bigint) => void): () => void;
}

/** Time in microseconds since the Unix epoch; scaled in simulations. */
export interface Clock {
  nowUs(): bigint;
}
