import {
  actionOf,
  CurrentPrincipal,
  Describe,
  notFound,
  Scopes,
  timeText,
  ZodBody,
  ZodParam,
  type Principal,
} from '@kuda/service-kit';
import { ruleContentSource } from '@kuda/rules';
import { Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { z } from 'zod';
import type { LifeStep } from '../domain/rule-life';
import { RuleBook } from './rule-book';
import { RuleStepsHandler } from './rule-steps.handler';
import { ruleHash, versionOf, versionView } from './rules.view';

const MAX_REASON_CHARACTERS = 1_000;
const US_PER_MS = 1000n;
const reason = z.string().min(1).max(MAX_REASON_CHARACTERS);

const stepBody = z.strictObject({ effective_from: timeText, reason });
const publishBody = z.strictObject({ effective_from: timeText, reason, backtest_hash: ruleHash });

const inForce = z.strictObject({
  rule_set: z.strictObject({ name: z.string(), hash: ruleHash }),
  rules: z.array(
    z.strictObject({
      rule: z.string(),
      hash: ruleHash,
      mode: z.enum(['draft', 'shadow', 'live', 'retired']),
      event: z.string(),
      from: timeText,
      to: timeText.nullable(),
    }),
  ),
});

/** Rule versions: what is in force, what was written, and the steps of their lives. */
@Controller('v1/rules')
export class RulesController {
  constructor(
    @Inject(RuleBook) private readonly book: RuleBook,
    private readonly steps: RuleStepsHandler,
  ) {}

  @Get()
  @Scopes('rules:read')
  @Describe({ summary: 'Show the rule set in force, in order of firing', answer: inForce })
  list(): z.output<typeof inForce> {
    const { name, hash, versions } = this.book.current();
    return {
      rule_set: { name, hash },
      rules: versions.map(({ id, hash: of, event, source: { mode, from, to } }) => {
        return { rule: id, hash: of, mode, event, from, to };
      }),
    };
  }

  @Get('versions')
  @Scopes('rules:read')
  @Describe({ summary: 'List the versions written since, with their lives', answer: z.array(versionView) })
  versions(): z.output<typeof versionView>[] {
    return this.book.state.drafts.map((draft) => versionOf(this.book.state, draft));
  }

  @Post('versions')
  @HttpCode(201)
  @Scopes('rules:write')
  @Describe({ summary: 'Write a rule version: a draft, known by its hash', answer: versionView })
  async write(
    @ZodBody(ruleContentSource) content: z.output<typeof ruleContentSource>,
    @CurrentPrincipal() principal: Principal,
  ): Promise<z.output<typeof versionView>> {
    const draft = await this.steps.draft(content, principal.subject);
    return versionOf(this.book.state, draft);
  }

  @Get('versions/:hash')
  @Scopes('rules:read')
  @Describe({ summary: 'Read one version', answer: versionView })
  version(@ZodParam('hash', ruleHash) hash: string): z.output<typeof versionView> {
    const draft = this.book.state.drafts.find((each) => each.hash === hash);
    if (draft === undefined) throw notFound('There is no such rule version.');
    return versionOf(this.book.state, draft);
  }

  @Post(`versions/${actionOf('hash', 'shadow')}`)
  @HttpCode(200)
  @Scopes('rules:write')
  @Describe({ summary: 'Let it compute beside the live version; it pays nothing', answer: versionView })
  shadow(
    @ZodParam('hash', ruleHash) hash: string,
    @ZodBody(stepBody) body: z.output<typeof stepBody>,
    @CurrentPrincipal() principal: Principal,
  ): Promise<z.output<typeof versionView>> {
    return this.take({ hash, step: 'shadowed' }, { ...body, backtest_hash: null }, principal);
  }

  @Post(`versions/${actionOf('hash', 'publish')}`)
  @HttpCode(200)
  @Scopes('rules:publish')
  @Describe({
    summary: 'Put it in force from a time on; needs a back-test and a second person',
    answer: versionView,
  })
  publish(
    @ZodParam('hash', ruleHash) hash: string,
    @ZodBody(publishBody) body: z.output<typeof publishBody>,
    @CurrentPrincipal() principal: Principal,
  ): Promise<z.output<typeof versionView>> {
    return this.take({ hash, step: 'published' }, body, principal);
  }

  @Post(`versions/${actionOf('hash', 'retire')}`)
  @HttpCode(200)
  @Scopes('rules:publish')
  @Describe({ summary: 'End it at a time', answer: versionView })
  retire(
    @ZodParam('hash', ruleHash) hash: string,
    @ZodBody(stepBody) body: z.output<typeof stepBody>,
    @CurrentPrincipal() principal: Principal,
  ): Promise<z.output<typeof versionView>> {
    return this.take({ hash, step: 'retired' }, { ...body, backtest_hash: null }, principal);
  }

  private async take(
    { hash, step }: Pick<LifeStep, 'hash' | 'step'>,
    body: { readonly effective_from: string; readonly reason: string; readonly backtest_hash: string | null },
    { subject: actor }: Principal,
  ): Promise<z.output<typeof versionView>> {
    await this.steps.take({
      hash,
      step,
      actor,
      effectiveFromUs: BigInt(Date.parse(body.effective_from)) * US_PER_MS,
      reason: body.reason,
      backtestHash: body.backtest_hash,
    });
    return this.version(hash);
  }
}
