import type { CommandEnvelope } from '@kuda/event-store';
import { ANY, type Producer } from '../domain/producer';
import type { IntakeCommand } from '../intake/activity-input';
import { changeCommand } from './change-producer.handler';

/** A producer that may emit everything, without keys and bounds. */
export function openProducer(id: string): Producer {
  const terms = { sources: [ANY], types: [ANY], backfill: true, rate: null };
  return { id, version: 1n, ...terms, enabled: true, keys: [] };
}

/** Registers a producer that may emit everything, without keys and bounds; asked for by the configuration. */
export function openProducerCommand(id: string): CommandEnvelope<IntakeCommand> {
  return changeCommand(openProducer(id), 'registered', 'configuration');
}
