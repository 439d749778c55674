import 'reflect-metadata';
import {
  Catch,
  Controller,
  Logger,
  Module,
  type ExceptionFilter,
  type INestApplication,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { EventPattern } from '@nestjs/microservices';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { eventually, testKafka } from '@kuda/testing';
import { throwError, type Observable } from 'rxjs';
import { createKafkaBus, type KafkaBus } from '../kafka-bus';
import { FencedError, TransientError, type MessageBatch } from '../ports';
import {
  aGroup,
  aTopic,
  BUS_TEST_LIMIT_MS,
  MemoryOffsets,
  numbered,
  RecordingLogger,
} from '../test/bus-fixture';
import { KafkaBatchServer } from './kafka-batch.server';

jest.setTimeout(BUS_TEST_LIMIT_MS);

const topic = aTopic();
const offsets = new MemoryOffsets();
const seen: string[] = [];
let failures: Error[] = [];

@Controller()
class NumbersConsumer {
  @EventPattern<Record<string, MessageBatch>>(topic.name)
  take(batch: MessageBatch): Promise<void> {
    const failure = failures.shift();
    if (failure !== undefined) return Promise.reject(failure);
    seen.push(...batch.messages.map(({ value }) => value?.toString() ?? ''));
    offsets.store(batch.messages);
    return Promise.resolve();
  }
}

@Module({ controllers: [NumbersConsumer] })
class NumbersModule {}

/** As service-kit's filter does with errors of transports. */
@Catch()
class HandOn implements ExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

describe('KafkaBatchServer', () => {
  let bus: KafkaBus;
  const fatal: Error[] = [];
  const groupId = aGroup();

  async function startService(
    topics?: readonly string[],
  ): Promise<{ app: INestApplication; server: KafkaBatchServer }> {
    const onFatal = (error: Error): unknown => fatal.push(error);
    const server = new KafkaBatchServer({
      bus,
      groupId,
      offsets,
      onFatal,
      ...(topics === undefined ? {} : { topics }),
    });
    const app = await NestFactory.create(NumbersModule, new FastifyAdapter());
    app.useGlobalFilters(new HandOn());
    app.connectMicroservice({ strategy: server }, { inheritAppConfig: true });
    await app.init();
    await app.startAllMicroservices();
    return { app, server };
  }

  beforeAll(async () => {
    Logger.overrideLogger(false);
    const { brokers } = await testKafka();
    bus = createKafkaBus({ brokers: [brokers], clientId: 'nest-test', logger: new RecordingLogger() });
    await bus.ensureTopics([topic]);
  });

  afterAll(() => bus.close());

  it('hands batches to ordinary @EventPattern methods, classifies what they throw, and goes on after a restart', async () => {
    failures = [new TransientError('not yet'), new TransientError('not yet')];
    const first = await startService();
    await bus.publisher.publish(numbered(topic.name, 10));
    await eventually(() => seen.length === 10);
    expect(first.server.health()).toMatchObject({ joined: true, lag: 0n, backingOff: 0 });
    await first.server.stopIntake();
    expect(await first.server.drain(1_000)).toBe(true);
    await first.app.close();
    expect(first.server.health().joined).toBe(false);

    await bus.publisher.publish(numbered(topic.name, 5));
    const second = await startService();
    await eventually(() => seen.length === 15);
    expect(seen.slice(10)).toEqual(['0', '1', '2', '3', '4']);

    failures = [new FencedError('another owner')];
    await bus.publisher.publish(numbered(topic.name, 1));
    await eventually(() => fatal.length === 1);
    expect(fatal[0]).toBeInstanceOf(FencedError);
    await second.app.close();
    expect(seen).toHaveLength(15);
  });

  it('refuses to start for a topic without a handler', async () => {
    await expect(startService(['other.v1'])).rejects.toThrow('KUDA-BUS-1004');
  });
});
