import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { CommandEnd, EXIT } from './exit-code';
import type { Io } from './io';
import { objectOf, textOf } from './json';

/** Where the services are, and the right to call them. */
export interface Profile {
  readonly ingestUrl: string;
  readonly ledgerUrl: string;
  readonly redemptionUrl: string;
  readonly schedulerUrl: string;
  readonly brokers: string;
  readonly token: string;
}

const VARIABLES = {
  ingestUrl: 'KUDA_INGEST_URL',
  ledgerUrl: 'KUDA_LEDGER_URL',
  redemptionUrl: 'KUDA_REDEMPTION_URL',
  schedulerUrl: 'KUDA_SCHEDULER_URL',
  brokers: 'KAFKA_BROKERS',
  token: 'KUDA_TOKEN',
} as const satisfies Record<keyof Profile, string>;

const MEMBERS = Object.keys(VARIABLES) as (keyof Profile)[];

/** `npm start` keeps its state in the repository's root unless told otherwise. */
const REPOSITORY = resolve(__dirname, '../../..');

/** Reads the profile: each environment variable wins over the file that a running stack leaves in its state folder. */
export function loadProfile(io: Io, state: string | undefined): ProfileReader {
  const folder = state === undefined ? join(REPOSITORY, '.kuda') : resolve(io.folder, state);
  const file = join(folder, 'cli.json');
  const written = existsSync(file) ? objectOf(JSON.parse(readFileSync(file, 'utf8'))) : {};
  const values = new Map(
    MEMBERS.map((member) => [member, io.env[VARIABLES[member]] ?? textOf(written[member])]),
  );
  return {
    get: (member) => {
      const value = values.get(member) ?? '';
      if (value === '') throw missing(member, folder);
      return value;
    },
  };
}

/** Members are asked for one by one, so that a command needs only what it uses. */
export interface ProfileReader {
  get(member: keyof Profile): string;
}

function missing(member: keyof Profile, folder: string): CommandEnd {
  const detail =
    `No running stack is known: ${folder} has no cli.json with ${member}. Start one with \`npm start\` ` +
    `(or name its folder with --state DIR), or set ${VARIABLES[member]}.`;
  return new CommandEnd(EXIT.fault, detail);
}
