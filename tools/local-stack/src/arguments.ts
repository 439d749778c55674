import { MAX_LEDGER_SHARDS } from '@kuda/contracts';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { REPOSITORY } from './stack/services';
import { StartFailure } from './stack/stack.types';

/** What `npm start` was asked for. */
export interface Arguments {
  readonly help: boolean;
  readonly once: boolean;
  readonly fresh: boolean;
  readonly json: boolean;
  readonly stateDir: string;
  readonly portBase?: number;
  readonly timeScale?: number;
  /** Shards of the ledger; a state folder keeps the number of its first start. */
  readonly shards?: number;
  /** A file of CloudEvents to play instead of the story. */
  readonly replay?: string;
}

export const HELP = `npm start -- [options]      the whole of Kuda on this machine

  --once               end after the story (or the replay) with exit code 0
  --fresh              forget earlier data
  --replay FILE        play a file of CloudEvents (.jsonl or .jsonl.gz) through Kafka instead of the story
  --json               with --replay: the last line on standard output is the result as one JSON object
  --state DIR          folder of data, logs and keys (default: .kuda); another folder is another stack
  --port-base N        the services on N+1 to N+4, the other parts on N+5 to N+9 (default: a free block, remembered)
  --time-scale N       seconds of the simulated cluster in one real second (default: 2400)
  --shards N           shards of the ledger, 1 to 64 (default: 1, or LEDGER_SHARDS); fixed when the data is created
  -h, --help           this

Parts that run already are used instead of own ones:
  KAFKA_BROKERS=host:port   DATABASE_URL=postgresql://admin:…@host/postgres   KUBECONFIG=file`;

const HIGHEST_PORT_BASE = 65_000;
const HIGHEST_TIME_SCALE = 100_000;

/** Reads the command line; relative paths start where `npm` was called. */
export function parseArguments(argv: readonly string[], folder: string): Arguments {
  const values = parse(argv);
  if (values.json === true && values.replay === undefined)
    throw new StartFailure('--json goes with --replay FILE.');
  return {
    help: values.help === true,
    once: values.once === true,
    fresh: values.fresh === true,
    json: values.json === true,
    stateDir: values.state === undefined ? resolve(REPOSITORY, '.kuda') : resolve(folder, values.state),
    ...numberMember('portBase', values['port-base'], HIGHEST_PORT_BASE),
    ...numberMember('timeScale', values['time-scale'], HIGHEST_TIME_SCALE),
    ...numberMember('shards', values.shards, MAX_LEDGER_SHARDS),
    ...(values.replay === undefined ? {} : { replay: resolve(folder, values.replay) }),
  };
}

function parse(argv: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        help: { type: 'boolean', short: 'h' },
        once: { type: 'boolean' },
        fresh: { type: 'boolean' },
        json: { type: 'boolean' },
        state: { type: 'string' },
        'port-base': { type: 'string' },
        'time-scale': { type: 'string' },
        shards: { type: 'string' },
        replay: { type: 'string' },
      },
    });
    return values;
  } catch (error) {
    throw new StartFailure(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`);
  }
}

function numberMember<K extends string>(
  member: K,
  text: string | undefined,
  most: number,
): { readonly [P in K]?: number } {
  if (text === undefined) return {};
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new StartFailure(`${text} is not a whole number from 1 to ${String(most)}.\n\n${HELP}`);
  }
  return { [member]: value } as { readonly [P in K]?: number };
}
