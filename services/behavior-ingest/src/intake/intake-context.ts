import type { CommandEnvelope, SqlClient } from '@kuda/event-store';
import { eventKey, isKnownIdentity } from '../domain/activity-event';
import type { NewProducerVersion } from '../producers/producer.store';
import { insertProducerVersion } from '../producers/producer.store';
import { insertOutcome, type QuarantineOutcome } from '../quarantine/quarantine-outcome.store';
import {
  insertRiskPolicy,
  insertSightings,
  insertVotes,
  knownSightings,
  knownVotes,
  type RiskPolicyVersion,
} from '../risk/risk.store';
import type { IntakeCommand } from './activity-input';
import { castVoteOf, CrossingFacts, sightingOf } from './crossing-facts';
import * as store from './intake.store';
import type { NewClaim, QuarantineLine } from './intake.store';

/** What one attempt at a batch knows and gathers; made anew for each attempt. */
export interface IntakeContext {
  /** Claims held, by earlier events and by earlier ones of this batch. */
  readonly claimed: Set<string>;
  /** Keys of accepted events, of earlier batches and of this one, as far as a rejected input names them. */
  readonly known: Set<string>;
  readonly crossing: CrossingFacts;
  readonly newClaims: NewClaim[];
  readonly newLines: QuarantineLine[];
  readonly newOutcomes: QuarantineOutcome[];
  readonly newProducers: NewProducerVersion[];
  readonly newPolicies: RiskPolicyVersion[];
}

/** Reads, before a batch is decided, what its commands ask about; nothing for what they do not. */
export async function readContext(
  sql: SqlClient,
  commands: readonly CommandEnvelope<IntakeCommand>[],
): Promise<IntakeContext> {
  const events = commands.flatMap(({ command }) => (command.type === 'accept' ? [command.event] : []));
  const named = commands.flatMap(({ command }) =>
    command.type === 'reject' && isKnownIdentity(command.identity) ? [eventKey(command.identity)] : [],
  );
  const [claimed, known, sightings, votes] = await Promise.all([
    store.takenClaims(
      sql,
      events.flatMap(({ claim }) => claim ?? []),
    ),
    store.knownEvents(sql, named),
    knownSightings(
      sql,
      events.flatMap((event) => sightingOf(event) ?? []),
    ),
    knownVotes(
      sql,
      events.flatMap((event) => castVoteOf(event) ?? []),
    ),
  ]);
  return {
    claimed: new Set(claimed),
    known: new Set(known),
    crossing: new CrossingFacts(sightings, votes),
    newClaims: [],
    newLines: [],
    newOutcomes: [],
    newProducers: [],
    newPolicies: [],
  };
}

/** True when the batch has rows to write beside its entries. */
export function hasRows(context: IntakeContext): boolean {
  const { newClaims, newLines, newOutcomes, newProducers, newPolicies, crossing } = context;
  const rows = [newClaims, newLines, newOutcomes, newProducers, newPolicies];
  return [...rows, crossing.newSightings, crossing.newVotes].some(({ length }) => length > 0);
}

/** Writes what the batch gathered, in the transaction of its entries. */
export async function writeRows(tx: SqlClient, context: IntakeContext): Promise<void> {
  await store.insertClaims(tx, context.newClaims);
  await store.insertQuarantineLines(tx, context.newLines);
  await insertSightings(tx, context.crossing.newSightings);
  await insertVotes(tx, context.crossing.newVotes);
  for (const outcome of context.newOutcomes) await insertOutcome(tx, outcome);
  for (const version of context.newProducers) await insertProducerVersion(tx, version);
  for (const policy of context.newPolicies) await insertRiskPolicy(tx, policy);
}
