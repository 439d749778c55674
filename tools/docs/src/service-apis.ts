import * as ingest from '@kuda/behavior-ingest/api';
import * as scheduler from '@kuda/gpu-scheduler/api';
import * as ledger from '@kuda/points-ledger/api';
import * as redemption from '@kuda/redemption/api';

/** Every service with an HTTP interface: its routes and its error codes. */
export const SERVICE_APIS = [ingest, ledger, redemption, scheduler] as const;
