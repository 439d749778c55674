import type { DescMessage } from '@bufbuild/protobuf';
import * as contracts from '@kuda/contracts';
import { allTopics, type TopicDeclaration } from '@kuda/contracts';
import { busOperations, type BusOperation } from './bus-operations';
import { ACTIVITY_HEADERS, cloudEventHeaders, DEAD_LETTER_HEADER_SCHEMA } from './message-headers';
import { ProtobufSchemas, type JsonSchema } from './protobuf-schema';

const BINDING_VERSION = '0.5.0';
const PROTOBUF_TYPE = 'application/protobuf';
const JSON_EVENT_TYPE = 'application/cloudevents+json';
const RAW_TYPE = 'application/octet-stream';
const API_VERSION = '1';

/** The value of an activity event in structured mode; in binary mode the value is `data` alone. */
const ACTIVITY_EVENT: JsonSchema = {
  type: 'object',
  description: 'CloudEvents 1.0. DOMAIN.md lists the types and their data; unknown fields of data are kept.',
  required: ['specversion', 'id', 'source', 'type', 'subject', 'time', 'data'],
  properties: {
    specversion: { const: '1.0' },
    id: { type: 'string', minLength: 1 },
    source: { type: 'string', minLength: 1 },
    type: { type: 'string', pattern: '^ai\\.kuda\\.' },
    subject: { type: 'string', minLength: 1, description: 'The user who acts.' },
    time: { type: 'string', format: 'date-time' },
    data: { type: 'object' },
  },
};

function messageDescriptors(): ReadonlyMap<string, DescMessage> {
  const exported: readonly unknown[] = Object.values(contracts);
  const isMessage = (value: unknown): value is DescMessage =>
    typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'message';
  return new Map(exported.filter(isMessage).map((message) => [message.typeName, message]));
}

/** What a topic carries: its content type, headers and payload. */
function contentOf(
  topic: TopicDeclaration,
  schemas: ProtobufSchemas,
  known: ReadonlyMap<string, DescMessage>,
) {
  if (topic.message === 'json') {
    return { contentType: JSON_EVENT_TYPE, headers: ACTIVITY_HEADERS, payload: ACTIVITY_EVENT };
  }
  if (topic.message === 'raw') {
    const payload = { type: 'string', contentEncoding: 'base64', description: 'The bytes as received.' };
    return { contentType: RAW_TYPE, headers: DEAD_LETTER_HEADER_SCHEMA, payload };
  }
  const message = known.get(topic.message);
  if (message === undefined)
    throw new Error(`${topic.name} carries ${topic.message}, which proto/ does not define`);
  return { contentType: PROTOBUF_TYPE, headers: cloudEventHeaders(topic), payload: schemas.refer(message) };
}

function channelOf(topic: TopicDeclaration, messageName: string): JsonSchema {
  return {
    address: topic.name,
    description: topic.description,
    messages: { [messageName]: { $ref: `#/components/messages/${messageName}` } },
    bindings: {
      kafka: {
        topic: topic.name,
        partitions: topic.partitions,
        topicConfiguration: { 'cleanup.policy': [topic.cleanup], 'retention.ms': topic.retentionMs },
        bindingVersion: BINDING_VERSION,
      },
    },
  };
}

/** `activity.events.v1` → `activityEvents`; the name of its channel's message. */
function nameOf(name: string): string {
  const words = name.replace(/\.v\d+$/, '').split(/[.-]/);
  return words
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join('');
}

function operationOf({ service, action, topic }: BusOperation, channel: string): JsonSchema {
  const groupId = { type: 'string', const: service };
  return {
    action,
    channel: { $ref: `#/channels/${channel}` },
    title: `${service} ${action}s ${topic}`,
    tags: [{ name: service }],
    messages: [{ $ref: `#/channels/${channel}/messages/${channel}` }],
    ...(action === 'receive' ? { bindings: { kafka: { groupId, bindingVersion: BINDING_VERSION } } } : {}),
  };
}

/** The operations by name: `pointsLedger.receive.activityAccepted`. */
function operationsOf(topics: readonly TopicDeclaration[]): Readonly<Record<string, JsonSchema>> {
  const channels = new Map(topics.map((topic) => [topic.name, nameOf(topic.name)]));
  return Object.fromEntries(
    busOperations().map((operation) => {
      const channel = channels.get(operation.topic);
      if (channel === undefined) throw new Error(`${operation.topic} is not in the topic catalogue`);
      return [`${nameOf(operation.service)}.${operation.action}.${channel}`, operationOf(operation, channel)];
    }),
  );
}

/** The AsyncAPI 3.0 document of the whole bus, out of the topic catalogue and the protobuf descriptors. */
export function buildAsyncApi(): JsonSchema {
  const schemas = new ProtobufSchemas();
  const known = messageDescriptors();
  const topics = [...allTopics()].sort((a, b) => (a.name < b.name ? -1 : 1));
  const messages = topics.map((topic) => {
    const key = { type: 'string', description: topic.key };
    const bindings = { kafka: { key, bindingVersion: BINDING_VERSION } };
    return [
      nameOf(topic.name),
      { name: topic.message, ...contentOf(topic, schemas, known), bindings },
    ] as const;
  });
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Kuda on the bus',
      version: API_VERSION,
      description:
        'Values are protobuf (proto/), headers are CloudEvents 1.0 in Kafka binary mode; the schemas below are the ' +
        "values in protobuf's JSON mapping. Activity events come in as JSON.",
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: PROTOBUF_TYPE,
    channels: Object.fromEntries(
      topics.map((topic) => [nameOf(topic.name), channelOf(topic, nameOf(topic.name))]),
    ),
    operations: operationsOf(topics),
    components: { messages: Object.fromEntries(messages), schemas: schemas.all() },
  };
}
