import { intakeBench } from './benches/intake/intake.bench';
import { ledgerBench } from './benches/ledger/ledger.bench';
import { pathBench } from './benches/path/path.bench';
import { memoryBench } from './benches/memory/memory.bench';
import { asOfBench } from './benches/as-of/as-of.bench';
import { rebuildBench } from './benches/rebuild/rebuild.bench';
import { rulesBench } from './benches/rules/rules.bench';
import type { Bench } from './frame/bench';

/** Every benchmark, one folder each under `benches/`; add yours here. */
export const BENCHES: readonly Bench[] = [
  asOfBench,
  rebuildBench,
  intakeBench,
  ledgerBench,
  memoryBench,
  pathBench,
  rulesBench,
];
