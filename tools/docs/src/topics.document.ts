import { busOperations } from './asyncapi/bus-operations';
import { allTopics, type TopicDeclaration } from '@kuda/contracts';

const MS_PER_DAY = 86_400_000;

function retentionOf({ cleanup, retentionMs }: TopicDeclaration): string {
  if (cleanup === 'compact') return 'latest per key';
  return `${String(retentionMs / MS_PER_DAY)} days`;
}

/** Who writes or reads what no service of this repository does. */
const OUTSIDE = { send: 'the platform', receive: 'anyone' } as const;

function servicesThat(action: 'send' | 'receive', topic: string): string {
  const services = busOperations().filter((one) => one.action === action && one.topic === topic);
  return services.length === 0 ? OUTSIDE[action] : services.map(({ service }) => service).join(', ');
}

function rowOf(topic: TopicDeclaration): string {
  const cells = [
    `\`${topic.name}\``,
    servicesThat('send', topic.name),
    servicesThat('receive', topic.name),
    topic.key,
    String(topic.partitions),
    retentionOf(topic),
    `\`${topic.message}\``,
    topic.description,
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The topic catalogue as a table. */
export function topicsDocument(): string {
  return [
    '# Topics',
    '',
    'Generated from `libs/contracts/src/topics.ts` by `npm run docs:generate`; [asyncapi.json](api/asyncapi.json) has',
    'headers and payloads as well.',
    '',
    '| topic | from | to | key | partitions | kept | message | what it carries |',
    '|---|---|---|---|---|---|---|---|',
    ...allTopics().map(rowOf),
    '',
  ].join('\n');
}
