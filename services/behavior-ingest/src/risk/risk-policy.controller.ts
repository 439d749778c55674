import {
  CurrentPrincipal,
  Describe,
  Scopes,
  timeText,
  toRfc3339,
  ZodBody,
  type Principal,
} from '@kuda/service-kit';
import { Controller, Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { parseInstantUs } from '../domain/rfc3339';
import { INGEST_ERROR_CODES } from '../error-codes';
import { velocityBounds } from './default-risk-policy';
import { ChangeRiskPolicyHandler, RiskPolicies } from './risk-policies';
import type { RiskPolicyVersion } from './risk.store';

const CREATED = 201;

const newPolicy = z.strictObject({
  ...velocityBounds.shape,
  effective_from: timeText
    .optional()
    .describe('In force for events of this time and later; now when omitted.'),
});
const policyView = z.strictObject({
  version: z.string(),
  ...velocityBounds.shape,
  effective_from: timeText,
  actor: z.string(),
  changed_at: timeText,
});
const policyList = z.strictObject({ items: z.array(policyView) });

function viewOf(policy: RiskPolicyVersion): z.output<typeof policyView> {
  return {
    version: policy.version.toString(),
    accounts_per_day: policy.accountsPerDay,
    votes_per_hour: policy.votesPerHour,
    effective_from: toRfc3339(policy.effectiveFromUs),
    actor: policy.actor,
    changed_at: toRfc3339(policy.changedAtUs),
  };
}

/** The bounds from which on velocity makes awards wait (DOMAIN.md section 6), for operators. */
@Controller('v1/risk-policies')
export class RiskPolicyController {
  constructor(
    private readonly policies: RiskPolicies,
    private readonly changes: ChangeRiskPolicyHandler,
  ) {}

  @Get()
  @Scopes('risk:read')
  @Describe({ summary: 'List the bounds of velocity, every version', answer: policyList })
  list(): z.output<typeof policyList> {
    return { items: this.policies.all.map(viewOf) };
  }

  @Post()
  @Scopes('risk:write')
  @Describe({
    summary: 'Set the bounds of velocity',
    description: 'Adds a version; what was flagged before stays as it is.',
    status: CREATED,
    answer: policyView,
    refusals: [INGEST_ERROR_CODES.notRecorded],
  })
  async add(
    @ZodBody(newPolicy) body: z.output<typeof newPolicy>,
    @CurrentPrincipal() { subject }: Principal,
  ): Promise<z.output<typeof policyView>> {
    const { accounts_per_day: accountsPerDay, votes_per_hour: votesPerHour, effective_from: from } = body;
    const effectiveFromUs = from === undefined ? null : (parseInstantUs(from) ?? null);
    return viewOf(await this.changes.add({ accountsPerDay, votesPerHour, effectiveFromUs }, subject));
  }
}
