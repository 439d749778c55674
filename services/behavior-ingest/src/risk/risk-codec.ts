import { create, RiskPolicyChangedSchema, toBinary } from '@kuda/contracts';
import type { RiskPolicyVersion } from './risk.store';

/** The payload of the log's entry of new bounds. */
export function encodeRiskPolicyChanged(policy: RiskPolicyVersion): Buffer {
  return Buffer.from(toBinary(RiskPolicyChangedSchema, create(RiskPolicyChangedSchema, policy)));
}
