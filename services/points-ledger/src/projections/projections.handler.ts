import {
  dropProjectionVersion,
  LogError,
  readProjections,
  type LiveProjection,
  type ProjectionState,
} from '@kuda/event-store';
import { problem } from '@kuda/service-kit';
import { Injectable, Logger } from '@nestjs/common';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { Shards } from '../shards/shards';

/** What was begun or done, by shard. */
interface Done {
  readonly name: string;
  readonly shards: { shard: number; version: number }[];
}

interface Written {
  readonly shard: number;
  readonly live: LiveProjection;
}

const REFUSALS = new Map<string, Parameters<typeof problem>[0]>([
  ['KUDA-LOG-1020', LEDGER_ERROR_CODES.projectionUnknown],
  ['KUDA-LOG-1021', LEDGER_ERROR_CODES.projectionBusy],
]);

/** Does to every shard that this process writes what an operator asks of a projection. */
@Injectable()
export class ProjectionsHandler {
  private readonly logger = new Logger(ProjectionsHandler.name);

  constructor(private readonly shards: Shards) {}

  async list(): Promise<readonly object[]> {
    const states = await Promise.all(
      this.shards.all.map(async ({ index, pool }) =>
        (await readProjections(pool)).map((state) => viewOf(state, index)),
      ),
    );
    return states.flat();
  }

  /** Begins on every shard; what comes of it is in the list. */
  async rebuild(name: string, acceptDifference?: string): Promise<Done> {
    const written = this.written(name);
    const shards: { shard: number; version: number }[] = [];
    for (const { shard, live } of written) {
      const begun = await refusing(() => live.beginRebuild(acceptDifference));
      shards.push({ shard, version: begun.version });
      this.follow({ shard, name, version: begun.version }, begun.run());
    }
    return { name, shards };
  }

  async rollback(name: string): Promise<Done> {
    const shards: { shard: number; version: number }[] = [];
    for (const { shard, live } of this.written(name)) {
      const version = await live.rollback();
      if (version !== null) shards.push({ shard, version });
    }
    if (shards.length === 0)
      throw problem(LEDGER_ERROR_CODES.projectionUnknown, { detail: `${name}: no version before` });
    return { name, shards };
  }

  async drop(name: string, version: number): Promise<Done> {
    for (const { pool } of this.shards.all) await refusing(() => dropProjectionVersion(pool, name, version));
    return { name, shards: this.shards.all.map(({ index }) => ({ shard: index, version })) };
  }

  private written(name: string): readonly Written[] {
    const written = this.shards.all.flatMap(({ index, writer }) =>
      writer === null ? [] : [{ shard: index, live: writer.projections.find(name) }],
    );
    if (written.length === 0)
      throw problem(LEDGER_ERROR_CODES.notWritten, { headers: { 'retry-after': '1' } });
    return written.map(({ shard, live }) => {
      if (live === null) throw problem(LEDGER_ERROR_CODES.projectionUnknown, { detail: name });
      return { shard, live };
    });
  }

  private follow(
    of: { readonly shard: number; readonly name: string; readonly version: number },
    run: Promise<object>,
  ): void {
    run.then(
      (result) => {
        this.logger.log({ ...of, ...result }, 'rebuild has ended');
      },
      (error: unknown) => {
        this.logger.error({ ...of, err: error }, 'rebuild has failed');
      },
    );
  }
}

async function refusing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    const refused = REFUSALS.get(error.code);
    throw refused === undefined ? error : problem(refused, { detail: error.message });
  }
}

function viewOf(state: ProjectionState, shard: number): object {
  const { name, version, previousVersion, position, lastRebuild } = state;
  return {
    ...{ name, shard, version, previous_version: previousVersion, position: position.toString() },
    last_rebuild:
      lastRebuild === null
        ? null
        : {
            version: lastRebuild.toVersion,
            phase: lastRebuild.phase,
            position: lastRebuild.position.toString(),
            target: lastRebuild.target.toString(),
            started_at: lastRebuild.startedAt.toISOString(),
            ended_at: lastRebuild.endedAt?.toISOString() ?? null,
            report: lastRebuild.report,
          },
  };
}
