import { hash } from 'node:crypto';
import type { Clock, Committer, SqlClient } from '@kuda/event-store';
import { problem } from '@kuda/service-kit';
import { INGEST_ERROR_CODES } from '../error-codes';
import type { RiskPolicy } from '../domain/risk';
import type { IntakeCommand } from '../intake/activity-input';
import { riskPolicies, type RiskPolicyVersion } from './risk.store';

/** The bounds of velocity as of the last change; like the registry, read once and after each change. */
export class RiskPolicies {
  private versions: readonly RiskPolicyVersion[] = [];

  constructor(private readonly sql: SqlClient) {}

  /** Every version, oldest first. */
  get all(): readonly RiskPolicyVersion[] {
    return this.versions;
  }

  async refresh(): Promise<void> {
    this.versions = await riskPolicies(this.sql);
  }
}

/** New bounds, as an operator sets them. */
export type NewBounds = Omit<RiskPolicy, 'version' | 'effectiveFromUs'> & {
  /** Null: from now on. */
  readonly effectiveFromUs: bigint | null;
};

/** Adds versions of the bounds, one at a time; each is an entry of the log. */
export class ChangeRiskPolicyHandler {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly committer: Committer<IntakeCommand>,
    private readonly clock: Clock,
    private readonly policies: RiskPolicies,
  ) {}

  add(bounds: NewBounds, actor: string): Promise<RiskPolicyVersion> {
    const result = this.last.then(() => this.record(bounds, actor));
    this.last = result.catch(() => undefined);
    return result;
  }

  private async record(bounds: NewBounds, actor: string): Promise<RiskPolicyVersion> {
    const version = (this.policies.all.at(-1)?.version ?? 0n) + 1n;
    const policy = { ...bounds, version, effectiveFromUs: bounds.effectiveFromUs ?? this.clock.nowUs() };
    const { accountsPerDay, votesPerHour, effectiveFromUs } = policy;
    const content = [effectiveFromUs, accountsPerDay, votesPerHour].join('\n');
    const [outcome] = await this.committer.submit([
      {
        commandId: `risk-policy:${version.toString()}`,
        fingerprint: hash('sha256', content, 'buffer'),
        streamId: null,
        command: { type: 'risk-policy', policy, actor },
        input: null,
        traceparent: null,
      },
    ]);
    await this.policies.refresh();
    const added = this.policies.all.at(-1);
    if (outcome?.status !== 'recorded' || added?.version !== version) {
      throw problem(INGEST_ERROR_CODES.notRecorded);
    }
    return added;
  }
}
