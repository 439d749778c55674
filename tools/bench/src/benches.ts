import { intakeBench } from './benches/intake/intake.bench';
import { ledgerBench } from './benches/ledger/ledger.bench';
import { memoryBench } from './benches/memory/memory.bench';
import { pathBench } from './benches/path/path.bench';
import type { Bench } from './frame/bench';

/** Every benchmark, one folder each under `benches/`; add yours here. */
export const BENCHES: readonly Bench[] = [intakeBench, ledgerBench, memoryBench, pathBench];
