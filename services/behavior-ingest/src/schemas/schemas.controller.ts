import { hash } from 'node:crypto';
import { Describe, notFound, Scopes, ZodParam } from '@kuda/service-kit';
import { Controller, Get, Header } from '@nestjs/common';
import { z } from 'zod';
import { EVENT_SCHEMAS } from '../domain/event-schema';

const MAX_TYPE_CHARS = 128;
const SCHEMA_TYPE = 'application/schema+json';

const schemaItem = z.strictObject({
  type: z.string(),
  version: z.string().describe('Goes up with every change of what is taken.'),
  url: z.string(),
  sha256: z.string().describe('Of the schema as JSON without white space.'),
});
const schemaList = z.strictObject({ items: z.array(schemaItem) });
const jsonSchema = z.record(z.string(), z.unknown()).describe('A JSON Schema 2020-12.');

const ITEMS: readonly z.output<typeof schemaItem>[] = [...EVENT_SCHEMAS.values()].map(
  ({ type, version, schema }) => ({
    type,
    version,
    url: `/v1/schemas/${type}`,
    sha256: hash('sha256', JSON.stringify(schema), 'hex'),
  }),
);

/** What each event type must look like, for producers. */
@Controller('v1/schemas')
export class SchemasController {
  @Get()
  @Scopes('events:write')
  @Describe({ summary: 'List the event types with their schemas', answer: schemaList })
  list(): z.output<typeof schemaList> {
    return { items: [...ITEMS] };
  }

  @Get(':type')
  @Header('content-type', SCHEMA_TYPE)
  @Scopes('events:write')
  @Describe({
    summary: "Read an event type's JSON Schema",
    description: 'Takes exactly the events that intake takes, but for what its `$comment` names.',
    answer: jsonSchema,
    answerType: SCHEMA_TYPE,
  })
  read(@ZodParam('type', z.string().max(MAX_TYPE_CHARS)) type: string): z.output<typeof jsonSchema> {
    const found = EVENT_SCHEMAS.get(type);
    if (found === undefined) throw notFound('There is no such event type.');
    return found.schema;
  }
}
