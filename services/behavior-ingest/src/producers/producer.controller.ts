import {
  CurrentPrincipal,
  Describe,
  notFound,
  Scopes,
  ZodBody,
  ZodParam,
  type Principal,
} from '@kuda/service-kit';
import { Controller, Delete, Get, Post, Put } from '@nestjs/common';
import type { z } from 'zod';
import { INGEST_ERROR_CODES } from '../error-codes';
import { ChangeProducerHandler, type WithKey } from './change-producer.handler';
import { ProducerRegistry } from './producer.registry';
import {
  changedProducer,
  instantOf,
  keyId,
  newKeyRequest,
  newProducer,
  producerId,
  producerList,
  producerView,
  producerWithKey,
  termsOf,
  viewOf,
} from './producer.schema';

const CREATED = 201;
const { producerExists, sourceTaken, tooManyKeys, tooManyProducers, notRecorded } = INGEST_ERROR_CODES;

type View = z.output<typeof producerView>;

function withKey({ producer, keyId: id, key }: WithKey): z.output<typeof producerWithKey> {
  return { producer: viewOf(producer), key_id: id, key };
}

/** The registry of producers, for operators. */
@Controller('v1/producers')
export class ProducerController {
  constructor(
    private readonly registry: ProducerRegistry,
    private readonly changes: ChangeProducerHandler,
  ) {}

  @Get()
  @Scopes('producers:read')
  @Describe({ summary: 'List the producers and what each may emit', answer: producerList })
  list(): z.output<typeof producerList> {
    return { items: this.registry.directory.all().map(viewOf) };
  }

  @Get(':id')
  @Scopes('producers:read')
  @Describe({ summary: 'Read one producer', answer: producerView })
  read(@ZodParam('id', producerId) id: string): View {
    const producer = this.registry.directory.get(id);
    if (producer === null) throw notFound('There is no such producer.');
    return viewOf(producer);
  }

  @Post()
  @Scopes('producers:write')
  @Describe({
    summary: 'Register a producer',
    description: 'Answers with its first key, which is shown this once.',
    status: CREATED,
    answer: producerWithKey,
    refusals: [producerExists, sourceTaken, tooManyProducers, notRecorded],
  })
  async register(
    @ZodBody(newProducer) { id, ...terms }: z.output<typeof newProducer>,
    @CurrentPrincipal() { subject }: Principal,
  ): Promise<z.output<typeof producerWithKey>> {
    return withKey(await this.changes.register(id, termsOf(terms), subject));
  }

  @Put(':id')
  @Scopes('producers:write')
  @Describe({
    summary: 'Change what a producer may emit, or disable it',
    answer: producerView,
    refusals: [sourceTaken, notRecorded],
  })
  async change(
    @ZodParam('id', producerId) id: string,
    @ZodBody(changedProducer) { enabled, ...terms }: z.output<typeof changedProducer>,
    @CurrentPrincipal() { subject }: Principal,
  ): Promise<View> {
    await this.changes.change(id, termsOf(terms), subject);
    return viewOf(await this.changes.setEnabled(id, enabled, subject));
  }

  @Post(':id/keys')
  @Scopes('producers:write')
  @Describe({
    summary: 'Give a producer a further key, or rotate its keys',
    description: 'The key is shown this once. With `others_expire_at` the earlier keys end then.',
    status: CREATED,
    answer: producerWithKey,
    refusals: [tooManyKeys, notRecorded],
  })
  async addKey(
    @ZodParam('id', producerId) id: string,
    @ZodBody(newKeyRequest) body: z.output<typeof newKeyRequest>,
    @CurrentPrincipal() { subject }: Principal,
  ): Promise<z.output<typeof producerWithKey>> {
    const ends = { expiresAtUs: instantOf(body.expires_at), othersEndAtUs: instantOf(body.others_expire_at) };
    return withKey(await this.changes.addKey(id, ends, subject));
  }

  @Delete(':id/keys/:key')
  @Scopes('producers:write')
  @Describe({ summary: 'Revoke a key, at once', answer: producerView, refusals: [notRecorded] })
  async revokeKey(
    @ZodParam('id', producerId) id: string,
    @ZodParam('key', keyId) key: string,
    @CurrentPrincipal() { subject }: Principal,
  ): Promise<View> {
    return viewOf(await this.changes.revokeKey(id, key, subject));
  }
}
