import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';

const POLL_MS = 100;
const CHECKED_AT_ONCE = 10_000;
const US_PER_SECOND = 1_000_000;

/** The service's own log, read beside it. */
export class IntakeLog {
  private constructor(private readonly client: Client) {}

  static async open(url: string): Promise<IntakeLog> {
    const client = new Client({ connectionString: url });
    await client.connect();
    return new IntakeLog(client);
  }

  close(): Promise<void> {
    return this.client.end();
  }

  /** Those of the events that the log does not hold. */
  async missing(ids: readonly string[]): Promise<number> {
    let missing = 0;
    for (let from = 0; from < ids.length; from += CHECKED_AT_ONCE) {
      const part = ids.slice(from, from + CHECKED_AT_ONCE).map((id) => `/platform/bench#${id}`);
      const { rows } = await this.client.query<{ missing: number }>(
        `select count(*)::int as missing from unnest($1::text[]) as asked (id)
          where not exists (select from log_command c where c.command_id = asked.id)`,
        [part],
      );
      missing += rows[0]?.missing ?? 0;
    }
    return missing;
  }

  async position(): Promise<number> {
    const { rows } = await this.client.query<{ position: string }>('select position from log_head');
    return Number(rows[0]?.position ?? 0);
  }

  async published(): Promise<number> {
    const { rows } = await this.client.query<{ position: string }>(
      'select max(position) as position from relay_cursor',
    );
    return Number(rows[0]?.position ?? 0);
  }

  /** Seconds of ledger time from one entry to another. */
  async secondsBetween(from: number, to: number): Promise<number> {
    const { rows } = await this.client.query<{ us: string }>(
      `select max(recorded_at_us) - min(recorded_at_us) as us from log_entry where position in ($1, $2)`,
      [from, to],
    );
    return Number(rows[0]?.us ?? 0) / US_PER_SECOND;
  }

  async until(what: string, done: () => Promise<boolean>, limitMs: number): Promise<void> {
    const deadline = Date.now() + limitMs;
    while (!(await done())) {
      if (Date.now() > deadline) throw new Error(`${what}: not within ${String(limitMs)} ms`);
      await sleep(POLL_MS);
    }
  }
}
