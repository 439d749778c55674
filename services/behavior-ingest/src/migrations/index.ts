import { LogSchema1760000000000 } from '@kuda/event-store';
import { IntakeTables1760000000001 } from './1760000000001-intake-tables';
import { ProducersRiskReplays1760000000002 } from './1760000000002-producers-risk-replays';
import { Votes1760000000020 } from './1760000000020-votes';

/** Every migration of this service, in order. */
export const MIGRATIONS = [
  LogSchema1760000000000,
  IntakeTables1760000000001,
  ProducersRiskReplays1760000000002,
  Votes1760000000020,
];
