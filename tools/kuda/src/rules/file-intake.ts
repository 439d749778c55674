import { eventKey, isKnownIdentity, judgeInput, type ActivityEvent } from '@kuda/behavior-ingest/domain';
import type { RuleEvent } from '@kuda/rules';

/** What becomes of one line: an event to decide, or why it is kept aside (`duplicates` for a repeat). */
export type JudgedLine =
  | { readonly event: RuleEvent; readonly rejected: null }
  | { readonly event: null; readonly rejected: string };

const DUPLICATES = 'duplicates';
const PERSON_KEY = 'person_key';
const NO_HEADERS = {};

/**
 * Takes the lines of a file as intake takes inputs under the backfill scope: the same validation, one event for a
 * (source, id), claims that cross users made in order. It keeps the ids it has seen.
 */
export class FileIntake {
  private readonly known = new Set<string>();
  private readonly people = new Set<string>();

  /** `nowUs` bounds how far in the future an event may lie. */
  constructor(private readonly nowUs: bigint) {}

  take(line: Buffer): JudgedLine {
    const verdict = judgeInput({ raw: line, headers: NO_HEADERS }, { nowUs: this.nowUs, backfill: true });
    if (verdict.kind === 'rejected') {
      const { identity, rejection } = verdict;
      const repeated = isKnownIdentity(identity) && this.known.has(eventKey(identity));
      return { event: null, rejected: repeated ? DUPLICATES : rejection.reason };
    }
    const key = eventKey(verdict.event);
    if (this.known.has(key)) return { event: null, rejected: DUPLICATES };
    this.known.add(key);
    return { event: this.ruleEvent(verdict.event), rejected: null };
  }

  private ruleEvent(event: ActivityEvent): RuleEvent {
    const { type, subject, beneficiary, timeUs, claim, dataJson } = event;
    const data = JSON.parse(dataJson) as RuleEvent['data'];
    if (claim?.kind !== PERSON_KEY) return { type, subject, beneficiary, timeUs, data, claims: {} };
    const personKeyFirst = !this.people.has(claim.value);
    this.people.add(claim.value);
    return { type, subject, beneficiary, timeUs, data, claims: { personKeyFirst } };
  }
}
