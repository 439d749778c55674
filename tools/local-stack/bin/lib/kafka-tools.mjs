import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { outputOf, repositoryRoot, say, step, succeeds, Unready } from './process.mjs';

const JAVA_FLOOR = 17;
const APT_TIMEOUT_MS = 240_000;

/**
 * Kafka needs a Java 17 to run and, the first time, Maven to be fetched. Installs both by apt where this process may;
 * else says what to install and the way around. With KAFKA_BROKERS set, neither is needed.
 */
export async function ensureKafkaTools(env = process.env) {
  if ((env['KAFKA_BROKERS'] ?? '') !== '') return;
  if (missingTools(env).length === 0) return;
  await installByApt(missingTools(env));
  const missing = missingTools(env);
  if (missing.length > 0) throw new Unready(remedy(missing));
}

/** What is missing, as a person would name it. */
function missingTools(env) {
  const home = env['JAVA_HOME'];
  const java =
    home !== undefined && existsSync(join(home, 'bin', 'java')) ? join(home, 'bin', 'java') : 'java';
  const version = /version "(?:1\.)?(\d+)/.exec(outputOf(java, ['-version']));
  const major = version === null ? 0 : Number.parseInt(version[1], 10);
  return [
    ...(major >= JAVA_FLOOR ? [] : [major === 0 ? 'Java 17 or newer' : `Java 17 or newer (found ${major})`]),
    ...(isFetched(env) || succeeds('mvn', ['-v']) ? [] : ['Maven']),
  ];
}

/** True when an earlier start has fetched Kafka already (libs/testing/src/kafka.distribution.ts keeps it there). */
function isFetched(env) {
  const pom = readFileSync(join(repositoryRoot, 'deploy', 'local', 'kafka', 'pom.xml'), 'utf8');
  const version = /<kafka\.version>([^<]+)</.exec(pom)?.[1] ?? '';
  return existsSync(join(env['KUDA_CACHE'] ?? join(homedir(), '.cache', 'kuda'), `kafka-${version}`));
}

async function installByApt(missing) {
  const isRoot = typeof process.getuid === 'function' && process.getuid() === 0;
  if (!isRoot || !succeeds('apt-get', ['--version'])) return;
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: APT_TIMEOUT_MS };
  try {
    await step('Reading package lists (apt-get update)', 'apt-get', ['update', '-q'], options);
    const install = ['install', '-y', '-q', '--no-install-recommends', 'openjdk-17-jre-headless', 'maven'];
    await step(`Installing ${missing.join(' and ')} (apt-get)`, 'apt-get', install, options);
  } catch (error) {
    // The message that follows says what to do; apt's own words help to see why it could not.
    say(error.message);
  }
}

function remedy(missing) {
  return [
    `Kuda starts a real Kafka, and for that ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing here.`,
    '',
    '  Debian, Ubuntu   sudo apt-get install openjdk-17-jre-headless maven',
    '  Fedora           sudo dnf install java-17-openjdk-headless maven',
    '  macOS            brew install openjdk@17 maven',
    '',
    'Or use a Kafka that runs already (neither Java nor Maven is needed then):',
    '',
    '  KAFKA_BROKERS=host:port npm start',
  ].join('\n');
}
