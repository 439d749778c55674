import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { MissingToolError } from './missing-tool.error';

/** A fetched Kafka, ready to start. */
export interface KafkaDistribution {
  readonly version: string;
  readonly java: string;
  /** Class path of all jars. */
  readonly classPath: string;
  readonly settingsFile: string;
  readonly loggingFile: string;
}

/** The same depth from `src` and from `dist`. */
const DEPLOY_DIR = join(__dirname, '..', '..', '..', 'deploy', 'local', 'kafka');
const FETCH_LIMIT_MS = 180_000;
const JAVA_LIMIT_MS = 20_000;
const MINIMUM_JAVA = 17;
const OUTPUT_LIMIT_BYTES = 1024 * 1024;

const run = promisify(execFile);

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The Java to use: of `JAVA_HOME`, else of the path; at least 17. */
async function findJava(): Promise<string> {
  const home = process.env['JAVA_HOME'];
  const java =
    home === undefined || !existsSync(join(home, 'bin', 'java')) ? 'java' : join(home, 'bin', 'java');
  const needed = `Kafka needs a Java runtime, version ${String(MINIMUM_JAVA)} or newer`;
  try {
    const { stderr } = await run(java, ['-version'], { timeout: JAVA_LIMIT_MS });
    const major = Number.parseInt(/version "(\d+)/.exec(stderr)?.[1] ?? '0', 10);
    if (major >= MINIMUM_JAVA) return java;
    throw new MissingToolError('java', `${needed}; this is version ${String(major)}`);
  } catch (error) {
    if (error instanceof MissingToolError) throw error;
    throw new MissingToolError('java', isMissing(error) ? needed : `${needed} (${messageOf(error)})`);
  }
}

/** Fetches the jars beside their place and moves them there when complete: a cut-off download leaves no half. */
async function fetchJars(jars: string, cache: string): Promise<void> {
  await mkdir(cache, { recursive: true });
  const fresh = await mkdtemp(join(cache, '.fetch-'));
  const goal = [
    'dependency:copy-dependencies',
    '-DincludeScope=runtime',
    `-DoutputDirectory=${join(fresh, 'libs')}`,
  ];
  try {
    const args = ['-q', '-B', '-f', join(DEPLOY_DIR, 'pom.xml'), ...goal];
    await run('mvn', args, { timeout: FETCH_LIMIT_MS, maxBuffer: OUTPUT_LIMIT_BYTES });
    await rename(join(fresh, 'libs'), jars).catch((error: unknown) => {
      // Another process was quicker; its copy is as good.
      if (!existsSync(jars)) throw error;
    });
  } catch (error) {
    if (isMissing(error)) throw new MissingToolError('mvn', 'Maven fetches Kafka from Maven Central, once');
    throw error;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/**
 * Kafka's jars, from the cache of this user (`KUDA_CACHE`, default `~/.cache/kuda`) or, the first time, from Maven
 * Central. Throws `MissingToolError` for `java` or `mvn`.
 */
export async function kafkaDistribution(): Promise<KafkaDistribution> {
  const java = await findJava();
  const pom = await readFile(join(DEPLOY_DIR, 'pom.xml'), 'utf8');
  const version = /<kafka\.version>([^<]+)</.exec(pom)?.[1];
  if (version === undefined) throw new Error('deploy/local/kafka/pom.xml names no kafka.version');
  const cache = process.env['KUDA_CACHE'] ?? join(homedir(), '.cache', 'kuda');
  const jars = join(cache, `kafka-${version}`);
  if (!existsSync(jars)) await fetchJars(jars, cache);
  return {
    version,
    java,
    classPath: join(jars, '*'),
    settingsFile: join(DEPLOY_DIR, 'server.properties'),
    loggingFile: join(DEPLOY_DIR, 'log4j2.properties'),
  };
}
