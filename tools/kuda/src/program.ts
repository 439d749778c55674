import { Command, CommanderError } from 'commander';
import { balanceCommand } from './commands/balance.command';
import { eventsCommand } from './commands/events.command';
import { ledgerCommand } from './commands/ledger.command';
import { historyCommand } from './commands/history.command';
import { quoteCommand } from './commands/quote.command';
import { redeemCommand } from './commands/redeem.command';
import { rulesCommand } from './commands/rules.command';
import { sessionsCommand } from './commands/sessions.command';
import { CommandEnd, EXIT, type ExitCode } from './exit-code';
import type { Io } from './io';
import { withCommonOptions } from './options';

const VERSION = '0.1.0';

const HELP = `
Exit codes: 0 ok, 1 fault, 2 usage, 3 refused by policy.

The stack that \`npm start\` runs is found by itself; another one by --state DIR, or by KUDA_INGEST_URL,
KUDA_LEDGER_URL, KUDA_REDEMPTION_URL, KUDA_SCHEDULER_URL, KUDA_TOKEN and KAFKA_BROKERS.

Examples:
  npm run -s kuda -- balance alice
  npm run -s kuda -- events send --type ai.kuda.session.login.v1 --subject alice
  npm run -s kuda -- redeem alice gpu.t4 --hours 1 --wait
  npm run -s kuda -- history alice --json`;

function buildProgram(io: Io): Command {
  const program = withCommonOptions(new Command('kuda'))
    .description('Kuda on the command line: activity in, points and GPU time out.')
    .version(VERSION, '-V, --version')
    .addHelpText('after', HELP);
  for (const build of [
    eventsCommand,
    balanceCommand,
    historyCommand,
    quoteCommand,
    redeemCommand,
    sessionsCommand,
    rulesCommand,
    ledgerCommand,
  ]) {
    program.addCommand(build(io));
  }
  quiet(program, io);
  return program;
}

/** Commander neither ends the process nor writes past the given streams. */
function quiet(command: Command, io: Io): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => io.out(text.trimEnd()),
    writeErr: (text) => io.err(text.trimEnd()),
  });
  for (const child of command.commands) quiet(child, io);
}

/** Runs one command line and answers with its exit code; nothing is thrown for an expected end. */
export async function run(argv: readonly string[], io: Io): Promise<ExitCode> {
  try {
    await buildProgram(io).parseAsync([...argv], { from: 'user' });
    return EXIT.ok;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    if (!(error instanceof CommandEnd)) throw error;
    io.err(error.message);
    if (argv.includes('--json') && error.document !== null) io.out(JSON.stringify(error.document, null, 2));
    return error.exitCode;
  }
}
