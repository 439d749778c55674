import { hash } from 'node:crypto';
import type { Clock, CommandEnvelope, Committer } from '@kuda/event-store';
import { notFound, problem } from '@kuda/service-kit';
import { Inject, Injectable } from '@nestjs/common';
import type { Producer, RatePolicy } from '../domain/producer';
import { INGEST_ERROR_CODES } from '../error-codes';
import type { IntakeCommand } from '../intake/activity-input';
import { CLOCK, COMMITTER } from '../intake/ports';
import { encodeProducer, type ProducerChange } from './producer-codec';
import { newKey } from './producer-keys';
import { ProducerRegistry } from './producer.registry';

/** Keys that one producer may have at once, expired ones not counted: enough to rotate without a gap. */
export const MAX_KEYS = 8;
/** Producers in the registry; all of them are held in memory. */
const MAX_PRODUCERS = 1_000;

const { producerExists, sourceTaken, tooManyKeys, tooManyProducers, notRecorded } = INGEST_ERROR_CODES;

/** What an operator says about a producer. */
export interface ProducerTerms {
  readonly sources: readonly string[];
  readonly types: readonly string[];
  readonly backfill: boolean;
  readonly rate: RatePolicy | null;
}

/** A producer with a key that is told this once. */
export interface WithKey {
  readonly producer: Producer;
  readonly keyId: string;
  readonly key: string;
}

/** Records one version of a producer's definition. */
export function changeCommand(
  producer: Producer,
  change: ProducerChange,
  actor: string,
): CommandEnvelope<IntakeCommand> {
  return {
    commandId: `producer:${producer.id}/${producer.version.toString()}`,
    fingerprint: hash('sha256', encodeProducer(producer), 'buffer'),
    streamId: null,
    command: { type: 'producer', version: { producer, change, actor } },
    input: null,
    traceparent: null,
  };
}

/** Changes the registry, one change at a time; each is an entry of the log. */
@Injectable()
export class ChangeProducerHandler {
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    @Inject(COMMITTER) private readonly committer: Committer<IntakeCommand>,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly registry: ProducerRegistry,
  ) {}

  /** A new producer with its first key. */
  register(id: string, terms: ProducerTerms, actor: string): Promise<WithKey> {
    return this.alone(async () => {
      const { directory } = this.registry;
      if (directory.get(id) !== null) throw problem(producerExists);
      if (directory.all().length >= MAX_PRODUCERS) throw problem(tooManyProducers);
      this.mustBeFree(terms.sources, id);
      const { text, key } = newKey(this.clock.nowUs(), null);
      const producer: Producer = { id, version: 1n, ...terms, enabled: true, keys: [key] };
      await this.record(producer, 'registered', actor);
      return { producer, keyId: key.keyId, key: text };
    });
  }

  /** Other terms from now on. */
  change(id: string, terms: ProducerTerms, actor: string): Promise<Producer> {
    return this.alone(async () => {
      const current = this.get(id);
      this.mustBeFree(terms.sources, id);
      return this.next(current, terms, 'changed', actor);
    });
  }

  setEnabled(id: string, enabled: boolean, actor: string): Promise<Producer> {
    return this.alone(async () => {
      const current = this.get(id);
      if (current.enabled === enabled) return current;
      return this.next(current, { enabled }, enabled ? 'enabled' : 'disabled', actor);
    });
  }

  /** A further key; with `othersEndAtUs` the ones before it end then: a rotation. */
  addKey(
    id: string,
    ends: { readonly expiresAtUs: bigint | null; readonly othersEndAtUs: bigint | null },
    actor: string,
  ): Promise<WithKey> {
    return this.alone(async () => {
      const current = this.get(id);
      const nowUs = this.clock.nowUs();
      const { text, key } = newKey(nowUs, ends.expiresAtUs);
      const alive = current.keys.filter(({ expiresAtUs }) => expiresAtUs === null || expiresAtUs > nowUs);
      if (alive.length >= MAX_KEYS) throw problem(tooManyKeys);
      const others = alive.map((other) => ({
        ...other,
        expiresAtUs: sooner(other.expiresAtUs, ends.othersEndAtUs),
      }));
      const producer = await this.next(current, { keys: [...others, key] }, 'key_added', actor);
      return { producer, keyId: key.keyId, key: text };
    });
  }

  /** The key is good no more, at once. */
  revokeKey(id: string, keyId: string, actor: string): Promise<Producer> {
    return this.alone(async () => {
      const current = this.get(id);
      const keys = current.keys.filter((key) => key.keyId !== keyId);
      if (keys.length === current.keys.length) throw notFound('The producer has no such key.');
      return this.next(current, { keys }, 'key_revoked', actor);
    });
  }

  private get(id: string): Producer {
    const producer = this.registry.directory.get(id);
    if (producer === null) throw notFound('There is no such producer.');
    return producer;
  }

  private mustBeFree(sources: readonly string[], id: string): void {
    const owner = this.registry.directory.ownerOfPattern(sources, id);
    if (owner === null) return;
    throw problem(sourceTaken, { detail: `One of the sources belongs to the producer ${owner.id}.` });
  }

  private async next(
    current: Producer,
    changes: Partial<Producer>,
    change: ProducerChange,
    actor: string,
  ): Promise<Producer> {
    const producer = { ...current, ...changes, version: current.version + 1n };
    await this.record(producer, change, actor);
    return producer;
  }

  private async record(producer: Producer, change: ProducerChange, actor: string): Promise<void> {
    const [outcome] = await this.committer.submit([changeCommand(producer, change, actor)]);
    await this.registry.refresh();
    if (outcome?.status !== 'recorded') throw problem(notRecorded);
  }

  /** Changes wait for each other: each starts from the registry as the one before has left it. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.last.then(work, work);
    this.last = result.catch(() => undefined);
    return result;
  }
}

function sooner(a: bigint | null, b: bigint | null): bigint | null {
  if (a === null || b === null) return a ?? b;
  return a < b ? a : b;
}
