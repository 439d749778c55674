import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { allTopics, TOPICS } from '@kuda/contracts';
import { busOperations } from './asyncapi/bus-operations';
import { commandsIn } from './commands/command-blocks';
import { errorSections } from './errors.document';
import { REPOSITORY } from './repository';
import { SERVICE_APIS } from './service-apis';

describe('nothing is left out', () => {
  it('every controller of every service is described', () => {
    const files = globSync('services/*/src/**/*.controller.ts', { cwd: REPOSITORY });
    const written = files.flatMap((file) =>
      [...readFileSync(join(REPOSITORY, file), 'utf8').matchAll(/export class (\w+Controller)\b/g)].map(
        (match) => match[1],
      ),
    );
    const described = SERVICE_APIS.flatMap(({ api }) => api.controllers.map(({ name }) => name));
    expect([...described].sort()).toEqual(written.sort());
  });

  it('every error table of the repository is in docs/errors.md', () => {
    const files = globSync('{libs,services}/*/src/**/error-codes.ts', { cwd: REPOSITORY });
    const written = files.flatMap((file) => [
      ...readFileSync(join(REPOSITORY, file), 'utf8').matchAll(/'?(KUDA-[A-Z]+-\d{4})'?/g),
    ]);
    const listed = errorSections().flatMap(({ table }) =>
      Object.entries(table).map(([key, row]) => ('code' in row ? row.code : key)),
    );
    const missing = written.map((match) => match[1]).filter((code) => !listed.includes(code ?? ''));
    expect(missing).toEqual([]);
    expect(written.length).toBeGreaterThan(0);
  });

  it('each code is used once', () => {
    const codes = errorSections().flatMap(({ table }) =>
      Object.entries(table).map(([key, row]) => row.code ?? key),
    );
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
  });
});

describe('who writes what', () => {
  const operations = busOperations();
  const fromOutside: readonly string[] = [TOPICS.activityEvents.name, TOPICS.activityBackfill.name];

  it.each(allTopics().map(({ name }) => name))('%s has one writer', (topic) => {
    const writers = operations.filter((one) => one.action === 'send' && one.topic === topic);
    expect(writers).toHaveLength(fromOutside.includes(topic) ? 0 : 1);
  });

  it('nobody reads what it writes', () => {
    const reads = operations.filter(({ action }) => action === 'receive');
    const own = reads.filter(({ service, topic }) =>
      operations.some((one) => one.action === 'send' && one.service === service && one.topic === topic),
    );
    expect(own).toEqual([]);
    expect(reads.length).toBeGreaterThan(6);
  });
});

describe('command lines of documents', () => {
  const text = [
    '```sh',
    'npm start',
    '```',
    '',
    '```sh check',
    '# a comment',
    'npm run -s kuda -- --help',
    '',
    'true',
    '```',
    'npm test',
  ];

  it('are taken from the marked blocks only, with the line where they stand', () => {
    expect(commandsIn('README.md', text.join('\n'))).toEqual([
      { document: 'README.md', line: 7, command: 'npm run -s kuda -- --help' },
      { document: 'README.md', line: 9, command: 'true' },
    ]);
  });
});
