import { DataSource, type DataSourceOptions, type ValueTransformer } from 'typeorm';
import { CONNECT_TIMEOUT_MS, DEFAULT_POOL_SIZE, searchPathOptions, STATEMENT_TIMEOUT_MS } from '../sql/pool';

export interface ReadModelOptions {
  /** Connects as the service's role. */
  readonly url: string;
  readonly applicationName: string;
  readonly entities: NonNullable<DataSourceOptions['entities']>;
  readonly max?: number;
  /** The schema of the read models; the database's own default without it. */
  readonly searchPath?: string;
}

/**
 * TypeORM for read models and reference tables; migrations run apart (`runMigrations`). Call `initialize()`
 * on it.
 */
export function createReadModelSource(options: ReadModelOptions): DataSource {
  return new DataSource({
    type: 'postgres',
    url: options.url,
    applicationName: options.applicationName,
    entities: options.entities,
    synchronize: false,
    migrationsRun: false,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    poolSize: options.max ?? DEFAULT_POOL_SIZE,
    // TypeORM hands a lost idle connection to its logger; without a handler it would end the process.
    poolErrorHandler: () => undefined,
    extra: {
      statement_timeout: STATEMENT_TIMEOUT_MS,
      keepAlive: true,
      ...searchPathOptions(options.searchPath),
    },
  });
}

/** `@Column({ type: 'bigint', transformer: bigintColumn })`: int8 as bigint, never as text or number. */
export const bigintColumn: ValueTransformer = {
  to: (value: bigint | null | undefined) => (typeof value === 'bigint' ? value.toString() : value),
  from: (value: string | null) => (value === null ? null : BigInt(value)),
};
