import { createKafkaBus, type BusLogger, type KafkaBus, type MessagePublisher } from '@kuda/messaging';

/** What the bus client retries by itself is no news on the terminal; what it gives up on is thrown. */
const silent: BusLogger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** The bus as a platform's own producer sees it. */
export function connectBus(brokers: string): KafkaBus {
  return createKafkaBus({ brokers: brokers.split(','), clientId: 'local-stack', logger: silent });
}

/** Publishes in order until closed. */
export interface Publisher extends MessagePublisher {
  close(): Promise<void>;
}

export function openPublisher(brokers: string): Publisher {
  const bus = connectBus(brokers);
  return { publish: (messages) => bus.publisher.publish(messages), close: () => bus.close() };
}
