import 'reflect-metadata';
import { CONSUMER_GROUPS, deadLetterTopic } from '@kuda/contracts';
import { PATTERN_METADATA } from '@nestjs/microservices/constants.js';
import { SERVICE_APIS } from '../service-apis';

/** One service sending to or receiving from one topic. */
export interface BusOperation {
  readonly service: string;
  readonly action: 'send' | 'receive';
  readonly topic: string;
}

type Consumer = abstract new (...dependencies: never[]) => object;

/** The topics of a class's `@EventPattern` handlers. */
function topicsOf(consumer: Consumer): readonly string[] {
  const prototype = consumer.prototype as object;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
    if (typeof handler !== 'function') return [];
    const patterns = (Reflect.getMetadata(PATTERN_METADATA, handler) ?? []) as readonly unknown[];
    return patterns.filter((pattern) => typeof pattern === 'string');
  });
}

/** Who sends and who receives what: from the handlers' patterns and from the topics that each relay writes. */
export function busOperations(): readonly BusOperation[] {
  return SERVICE_APIS.flatMap(({ api, bus }) => {
    const consumers: readonly Consumer[] = bus.consumers;
    const deadLetters = CONSUMER_GROUPS.filter((group) => group === api.name).map(
      (group) => deadLetterTopic(group).name,
    );
    const operation = (action: BusOperation['action']) => (topic: string) => ({
      service: api.name,
      action,
      topic,
    });
    return [
      ...consumers.flatMap(topicsOf).map(operation('receive')),
      ...[...bus.sends, ...deadLetters].map(operation('send')),
    ];
  });
}
