import { Describe, notFound, Scopes, ZodParam } from '@kuda/service-kit';
import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { idParam } from '../commands/write-request';
import { RuleBook } from '../rules/rule-book';
import { Shards } from '../shards/shards';
import { holdsBefore, recordAtPosition, recordOfCommand, type DecidedRecord } from './decided-record';
import { explanationOf, explanationView, type ExplanationView } from './explanation.view';

/** `<shard>-<position>-<ordinal>`, as the list of decisions names them. */
const decisionIdParam = z
  .string()
  .regex(/^\d{1,3}-[1-9]\d{0,17}-[1-9]\d{0,3}$/)
  .transform((id) => id.split('-').map(Number));

/** Why something came out as it did, as of its deciding position, refusals and what was not earned included. */
@Controller('v1')
export class ExplanationsController {
  constructor(
    private readonly shards: Shards,
    private readonly rules: RuleBook,
  ) {}

  @Get('commands/:id/explanation')
  @Scopes('ledger:read')
  @Describe({
    summary: 'Explain the outcome of a command, or of an activity event (`<source>#<id>`)',
    answer: explanationView,
  })
  async command(@ZodParam('id', idParam) id: string): Promise<ExplanationView> {
    const decided = await recordOfCommand(this.shards, id);
    if (decided === null) throw notFound('There is no outcome of this command yet.');
    return this.explain(decided);
  }

  @Get('decisions/:id/explanation')
  @Scopes('ledger:read')
  @Describe({ summary: "Explain one rule's decision, paid or not", answer: explanationView })
  async decision(
    @ZodParam('id', decisionIdParam) [shard = 0, position = 0, ordinal = 0]: readonly number[],
  ): Promise<ExplanationView> {
    const home = this.shards.all[shard];
    const decided = home === undefined ? null : await recordAtPosition(home, BigInt(position));
    const all = decided === null ? null : await this.explain(decided);
    const rule = all?.rules[ordinal - 1];
    if (all === null || rule === undefined) throw notFound('There is no such decision.');
    return { ...all, rules: [rule] };
  }

  private async explain(decided: DecidedRecord): Promise<ExplanationView> {
    return explanationOf(decided, await holdsBefore(decided), this.rules.current());
  }
}
