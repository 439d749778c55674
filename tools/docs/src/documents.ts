import { EVENT_SCHEMAS } from '@kuda/behavior-ingest/api';
import { buildOpenApi } from '@kuda/service-kit';
import { buildAsyncApi } from './asyncapi/asyncapi';
import { errorsDocument } from './errors.document';
import { SERVICE_APIS } from './service-apis';
import { topicsDocument } from './topics.document';

/** A file that is made from code and checked in. */
export interface GeneratedDocument {
  /** From the root of the repository. */
  readonly path: string;
  readonly text: string;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Every generated document. Nothing is connected and no application is built for it. */
export function generatedDocuments(): readonly GeneratedDocument[] {
  return [
    ...SERVICE_APIS.map(({ api }) => ({
      path: `docs/api/${api.name}.openapi.json`,
      text: json(buildOpenApi(api)),
    })),
    ...[...EVENT_SCHEMAS.values()].map(({ type, schema }) => ({
      path: `docs/api/schemas/${type}.json`,
      text: json(schema),
    })),
    { path: 'docs/api/asyncapi.json', text: json(buildAsyncApi()) },
    { path: 'docs/errors.md', text: errorsDocument() },
    { path: 'docs/topics.md', text: topicsDocument() },
  ];
}
