export type * from './ports';
export { systemClock } from './clock';
export { LOG_ERROR_CODES, type LogErrorCode } from './error-codes';
export { LogError, LogFencedError, LogUnavailableError } from './errors';
export { createPool, DEFAULT_POOL_SIZE, type PoolOptions } from './sql/pool';
export { classifySqlError, type SqlFailure } from './sql/sql-state';
export { readSql } from './sql/read-sql';
export {
  grantReadModel,
  makeInsertOnly,
  LogSchema1760000000000,
  type MigrationRunner,
} from './schema/install-log';
export { runMigrations, type MigrationOptions } from './schema/run-migrations';
export { bigintColumn, createReadModelSource, type ReadModelOptions } from './schema/read-model-source';
export type { LogHead } from './append/acquire-epoch';
export type { BatchReport } from './committer/batch-runner';
export { createCommitter, type CommitterOptions } from './committer/create-committer';
export { DueTicker, type DueTickerOptions } from './committer/due-ticker';
export { DEFAULT_CACHED_BYTES, MAX_BATCH_COMMANDS, MAX_QUEUED_COMMANDS } from './committer/limits';
export type { LogCommitter, OnFault } from './committer/log-committer';
export { COMMITTER_POINTS, type CommitterPoint, type OnPoint } from './committer/committer-points';
export { keptFrom } from './readers/kept-range';
export { detachSegment, type DetachOptions } from './segments/detach-segment';
export { exportSegment, oldestPartition, type LogPartition } from './segments/export-segment';
export { readSegment, verifySegment, type SegmentEntry, type SegmentSummary } from './segments/read-segment';
export type { SegmentHeader } from './segments/segment-format';
export type { TailHealth } from './tail/tail-loop';
export { relayPosition } from './relay/advance-relay';
export {
  POSITION_HEADER,
  type RelayPublisher,
  type RelayRecord,
  type RelayTail,
  type ToRecords,
} from './relay/ports';
export { Relay, type RelayOptions } from './relay/relay';
export { RELAY_POINTS, type RelayPoint } from './relay/relay-points';
export { projectionPosition, type ProjectionKey } from './projector/advance-projection';
export { sqlUnit, typeOrmUnit, type ProjectionUnit } from './projector/projection-unit';
export { LiveProjection, type LiveProjectionOptions } from './projector/live-projection';
export {
  installProjection,
  installProjectionSchema,
  ofVersion,
  type Projection,
  type ProjectionDefinition,
  type ProjectionTable,
} from './projector/projection';
export {
  awaitPosition,
  readProjections,
  readVersion,
  type GateReport,
  type ProjectionState,
  type ReadVersion,
  type RebuildState,
  type TableComparison,
} from './projector/projection-state';
export { Projector, type ProjectorOptions } from './projector/projector';
export type { BegunRebuild, RebuildResult } from './projector/rebuild';
export { dropProjectionVersion } from './projector/rollback';
export { entriesAt, entryAsOf, positionAt, streamBackwards } from './readers/as-of';
export {
  countByKind,
  entriesByKind,
  firstOutcome,
  firstOutcomes,
  MAX_READ_ENTRIES,
  readEntries,
  readStream,
  type Page,
} from './readers/entries';
export {
  dueStreams,
  loadStreamState,
  loadStreamStates,
  readHead,
  readOffsets,
  readTotals,
  storedOffsets,
  type StoredOffset,
} from './readers/states';
