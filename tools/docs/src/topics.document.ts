import { allTopics, type TopicDeclaration } from '@kuda/contracts';

const MS_PER_DAY = 86_400_000;

function retentionOf({ cleanup, retentionMs }: TopicDeclaration): string {
  if (cleanup === 'compact') return 'latest per key';
  return `${String(retentionMs / MS_PER_DAY)} days`;
}

function rowOf(topic: TopicDeclaration): string {
  const cells = [
    `\`${topic.name}\``,
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
    '| topic | key | partitions | kept | message | what it carries |',
    '|---|---|---|---|---|---|',
    ...allTopics().map(rowOf),
    '',
  ].join('\n');
}
