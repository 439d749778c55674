import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { identify, isRunning, type ProcessIdentity } from './process-identity';
import { StartFailure } from './stack.types';

const MARKER = 'kuda-state.json';
const LOCK = 'lock.json';
/** What `--fresh` forgets. Named one by one: a mistyped --state must not cost anybody a folder. */
const DATA = [
  'postgres',
  'postgres.password',
  'postgres.log',
  'kafka',
  'cluster',
  'clock.json',
  'tokens',
  'logs',
];
/** The bootstrap writes here before there is a state. */
const BOOTSTRAP = 'bootstrap';

/** The folder of one stack, held by this process until `release`. */
export interface StateDir {
  readonly path: string;
  file(name: string): string;
  release(): void;
}

/** Takes the folder (others may pass through it: the database server runs as another user): refuses one that another running stack holds, or that is somebody else's. */
export function takeStateDir(path: string, fresh: boolean): StateDir {
  mkdirSync(path, { recursive: true, mode: 0o711 });
  const foreign = readdirSync(path).filter((name) => name !== BOOTSTRAP);
  if (foreign.length > 0 && !existsSync(join(path, MARKER))) {
    throw new StartFailure(`${path} holds other files and no Kuda state; name an empty or a new folder.`);
  }
  writeFileSync(join(path, MARKER), JSON.stringify({ format: 1 }));
  lock(join(path, LOCK), path);
  if (fresh) for (const name of DATA) rmSync(join(path, name), { recursive: true, force: true });
  mkdirSync(join(path, 'logs'), { recursive: true });
  return {
    path,
    file: (name) => join(path, name),
    release: () => {
      rmSync(join(path, LOCK), { force: true });
    },
  };
}

/** The moment from which this state's simulated time counts: the same after a restart. */
export function clockOrigin(state: StateDir): string {
  const file = state.file('clock.json');
  if (existsSync(file)) return (JSON.parse(readFileSync(file, 'utf8')) as { readonly origin: string }).origin;
  const origin = new Date().toISOString();
  writeFileSync(file, JSON.stringify({ origin }));
  return origin;
}

function lock(file: string, path: string): void {
  const holder = existsSync(file) ? readHolder(file) : undefined;
  if (holder !== undefined && holder.pid !== process.pid && isRunning(holder)) {
    const advice = 'Stop it first, or give this one its own folder with --state DIR.';
    throw new StartFailure(`A stack runs already on ${path} (process ${String(holder.pid)}). ${advice}`);
  }
  if (holder?.pid === process.pid) throw new StartFailure(`This process runs a stack on ${path} already.`);
  rmSync(file, { force: true });
  try {
    const handle = openSync(file, 'wx', 0o600);
    writeFileSync(handle, JSON.stringify(identify(process.pid)));
    closeSync(handle);
  } catch {
    throw new StartFailure(`Another stack is starting on ${path}.`);
  }
}

function readHolder(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
