import { Controller, Get } from '@nestjs/common';
import { z } from 'zod';
import { buildOpenApi, Describe, Scopes } from '../index';
import { SampleController } from '../test/sample-service';

const api = { name: 'sample', title: 'Sample', description: 'A sample.' };

interface Operation {
  security: object[];
  parameters?: { name: string; required: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { description: string }>;
}

function operationsOf(document: object): Record<string, Record<string, Operation>> {
  return (document as { paths: Record<string, Record<string, Operation>> }).paths;
}

describe('the OpenAPI document', () => {
  const document = buildOpenApi({ ...api, controllers: [SampleController] });
  const paths = operationsOf(document);

  it('has every route, the probes and the metrics', () => {
    expect(Object.keys(paths)).toEqual([
      '/health/live',
      '/health/ready',
      '/health/startup',
      '/metrics',
      '/v1/orders',
      '/v1/orders/broken',
      '/v1/orders/slow',
      '/v1/orders/traced',
      '/v1/orders/{id}',
    ]);
  });

  it('says which scope a route needs, and that the probes need none', () => {
    expect(paths['/v1/orders']?.['post']?.security).toEqual([{ bearer: ['redemptions:write'] }]);
    expect(paths['/health/live']?.['get']?.security).toEqual([]);
  });

  it('takes the body from the schema that checks it', () => {
    expect(paths['/v1/orders']?.['post']?.requestBody?.content['application/json']?.schema).toMatchObject({
      type: 'object',
      required: ['sku', 'count'],
      additionalProperties: false,
      properties: { count: { type: 'integer', minimum: 1, maximum: 3 } },
    });
  });

  it('names parameters of path, query and header', () => {
    const named = (path: string, method: string) =>
      paths[path]?.[method]?.parameters?.map(({ name, required }) => `${name}${required ? '' : '?'}`);
    expect(named('/v1/orders/{id}', 'get')).toEqual(['id']);
    expect(named('/v1/orders', 'get')).toEqual(['page[size]?', 'page[after]?', 'user_id?']);
    expect(named('/v1/orders', 'post')).toEqual(['Idempotency-Key']);
  });

  it('lists the problems of each route', () => {
    const responses = paths['/v1/orders']?.['post']?.responses ?? {};
    expect(Object.keys(responses)).toEqual(['201', '400', '401', '403', '413', '415', '500', '503']);
    expect(responses['401']?.description).toContain('KUDA-HTTP-1002');
  });

  it('refuses a path parameter that nobody described', () => {
    @Controller('v1/things')
    class UntypedController {
      @Get(':id')
      @Scopes('ledger:read')
      @Describe({ summary: 'Reads', answer: z.string() })
      read(): string {
        return '';
      }
    }
    expect(() => buildOpenApi({ ...api, controllers: [UntypedController] })).toThrow(
      'UntypedController.read',
    );
  });
});
