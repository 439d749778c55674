import { rmSync, writeFileSync } from 'node:fs';
import type { ServiceName } from './services';
import type { StateDir } from './state-dir';

export interface ProfileValues {
  readonly urls: Readonly<Record<ServiceName, string>>;
  readonly brokers: string;
  readonly token: string;
}

/** Leaves what `kuda` needs to talk to this stack, readable by its owner only. */
export function writeCliProfile(state: StateDir, { urls, brokers, token }: ProfileValues): void {
  const profile = {
    ingestUrl: urls['behavior-ingest'],
    ledgerUrl: urls['points-ledger'],
    redemptionUrl: urls.redemption,
    schedulerUrl: urls['gpu-scheduler'],
    brokers,
    token,
  };
  rmSync(state.file('cli.json'), { force: true });
  writeFileSync(state.file('cli.json'), `${JSON.stringify(profile, null, 2)}\n`, { mode: 0o600 });
}

/** A stopped stack is not to be talked to. */
export function removeCliProfile(state: StateDir): void {
  rmSync(state.file('cli.json'), { force: true });
}
