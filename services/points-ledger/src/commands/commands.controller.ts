import { Describe, notFound, Scopes, ZodParam } from '@kuda/service-kit';
import { Controller, Get } from '@nestjs/common';
import { Shards } from '../shards/shards';
import { commandOutcome, findOutcome, outcomeView, type CommandOutcome } from './command-outcome';
import { idParam } from './write-request';

/** What came of commands, whoever sent them. */
@Controller('v1/commands')
export class CommandsController {
  constructor(private readonly shards: Shards) {}

  @Get(':id')
  @Scopes('ledger:read')
  @Describe({
    summary: "Read a command's outcome",
    description: 'Refusals too. 404 while it has none: not sent, on its way, or put aside.',
    answer: commandOutcome,
  })
  async read(@ZodParam('id', idParam) id: string): Promise<CommandOutcome> {
    const found = await findOutcome(this.shards, id);
    if (found === null) throw notFound('There is no outcome of this command yet.');
    return outcomeView(found.entry, found.shard.index);
  }
}
