import { Backtest, compareReports, type BacktestReport, type Comparison } from '@kuda/backtest';
import { readEntries, readHead, systemClock, type StoredEntry } from '@kuda/event-store';
import { decodeRecord } from '@kuda/ledger-core';
import { canonicalHash, loadRuleSet, type JsonValue, type RuleEvent, type RuleSet } from '@kuda/rules';
import { problem } from '@kuda/service-kit';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { assembleRuleSet, type LifeStep } from '../domain/rule-life';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { PRICE_BOOK } from '../ledger/ports';
import { a100HourPrice, type PriceBook } from '../projections/price-book';
import { Shards } from '../shards/shards';
import { RuleBook } from './rule-book';
import { insertBacktest, readBacktest, type StoredBacktest } from './rule.store';

/** Entries decided between two looks at everything else the process does. */
const CHUNK_ENTRIES = 500;
const MILLI = 1000;

/** A stored back-test: what the versions would have made of the whole log, beside the rule set in force. */
export interface LogBacktest {
  readonly versions: readonly string[];
  /** Of each shard, up to which position of its log. */
  readonly positions: readonly string[];
  readonly report: BacktestReport;
  readonly comparison: Comparison;
}

export type BacktestStatus =
  | { readonly status: 'running'; readonly entriesDone: bigint; readonly entriesTotal: bigint }
  | { readonly status: 'done'; readonly hash: string }
  | { readonly status: 'failed'; readonly detail: string };

/**
 * Tries rule versions on the stored log, all shards: each as if it had been in force from the beginning. One at a
 * time, in pieces, in the process of the ledger. Its report is stored under the hash of its content.
 */
@Injectable()
export class BacktestRunner {
  private readonly logger = new Logger(BacktestRunner.name);
  private running: BacktestStatus | null = null;

  constructor(
    private readonly shards: Shards,
    @Inject(RuleBook) private readonly book: RuleBook,
    @Inject(PRICE_BOOK) private readonly priceBook: PriceBook,
  ) {}

  /** What became of the latest back-test that this process ran; null before the first. */
  get latest(): BacktestStatus | null {
    return this.running;
  }

  /** Starts one. @throws ProblemException (404) for an unknown version, (429) while one is running */
  async start(versions: readonly string[], requestedBy: string): Promise<void> {
    if (this.running?.status === 'running') throw problem(LEDGER_ERROR_CODES.backtestBusy);
    const tried = this.rulesWith(versions);
    const heads = await Promise.all(this.shards.all.map(({ pool }) => readHead(pool)));
    const entriesTotal = heads.reduce((sum, { position }) => sum + position, 0n);
    this.running = { status: 'running', entriesDone: 0n, entriesTotal };
    const positions = heads.map(({ position }) => position);
    this.run(tried, versions, { positions, requestedBy }).then(
      (hash) => (this.running = { status: 'done', hash }),
      (error: unknown) => {
        this.logger.error({ err: error }, 'a back-test failed');
        this.running = { status: 'failed', detail: error instanceof Error ? error.message : String(error) };
      },
    );
  }

  read(hash: string): Promise<StoredBacktest | null> {
    return readBacktest(this.shards.at(0).pool, hash);
  }

  private rulesWith(versions: readonly string[]): RuleSet {
    const { drafts, steps } = this.book.state;
    const known = new Set(drafts.map(({ hash }) => hash));
    const unknown = versions.find((hash) => !known.has(hash));
    if (unknown !== undefined)
      throw problem(LEDGER_ERROR_CODES.ruleUnknown, { detail: `no version ${unknown}` });
    const fromTheStart = versions.map((hash): LifeStep => ({
      hash,
      step: 'published',
      effectiveFromUs: 0n,
      actor: '',
    }));
    const source = assembleRuleSet(this.book.base.source, drafts, [...steps, ...fromTheStart]);
    const loaded = loadRuleSet(JSON.stringify(source));
    if (loaded.ok) return loaded.ruleSet;
    throw problem(LEDGER_ERROR_CODES.ruleInvalid, { detail: loaded.problems[0]?.message ?? '' });
  }

  private async run(
    tried: RuleSet,
    versions: readonly string[],
    { positions, requestedBy }: { readonly positions: readonly bigint[]; readonly requestedBy: string },
  ): Promise<string> {
    const prices = { pointsPerGpuHour: Number(a100HourPrice(this.priceBook)) / MILLI };
    const now = new Backtest(this.book.current(), prices);
    const next = new Backtest(tried, prices);
    for (const [index, upTo] of positions.entries()) {
      await this.decideLog(index, upTo, (event) => {
        now.add(event);
        next.add(event);
      });
    }
    const report = next.report();
    const backtest: LogBacktest = {
      versions,
      positions: positions.map(String),
      report,
      comparison: compareReports(now.report(), report),
    };
    const hash = canonicalHash(backtest as unknown as JsonValue);
    const stored = { hash, versions, report: backtest, requestedBy, createdAtUs: systemClock.nowUs() };
    await insertBacktest(this.shards.at(0).pool, stored);
    return hash;
  }

  private async decideLog(shard: number, upTo: bigint, decide: (event: RuleEvent) => void): Promise<void> {
    const { pool } = this.shards.at(shard);
    for (let after = 0n; after < upTo;) {
      const entries = await readEntries(pool, { after, limit: CHUNK_ENTRIES });
      for (const entry of entries) {
        const event = entry.position > upTo ? null : eventOf(entry);
        if (event !== null) decide(event);
      }
      const last = entries.at(-1);
      if (last === undefined) return;
      after = last.position;
      if (this.running?.status === 'running') {
        const entriesDone = this.running.entriesDone + BigInt(entries.length);
        this.running = { ...this.running, entriesDone };
      }
    }
  }
}

const DECIDED = 'ActivityDecided';

/** The event that an entry decided, as the rules saw it; null for other entries. */
function eventOf(entry: StoredEntry): RuleEvent | null {
  if (entry.kind !== DECIDED) return null;
  const { body, userId } = decodeRecord(entry.payload);
  if (body.case !== 'activityDecided') return null;
  const { type, subject, timeUs, dataJson, personKeyFirst } = body.value;
  const data = JSON.parse(Buffer.from(dataJson).toString('utf8')) as RuleEvent['data'];
  const claims = personKeyFirst === undefined ? {} : { personKeyFirst };
  return { type, subject, beneficiary: userId, timeUs, data, claims };
}
