import { z } from 'zod';

/** A JSON Schema 2020-12 object, which is what OpenAPI 3.1 takes. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const LOCAL_DEFINITION = '#/$defs/';
const COMPONENT = '#/components/schemas/';

/** Collects the schemas that have a name (`.meta({ id })`) while others are converted. */
export class SchemaComponents {
  private readonly byName = new Map<string, JsonSchema>();

  /** `input` is what a caller sends, `output` what a caller gets. */
  convert(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const {
      $schema: _dialect,
      $defs: definitions = {},
      ...root
    } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
    for (const [name, definition] of Object.entries(definitions)) this.keep(name, definition);
    return relocate(root);
  }

  /** The named schemas, in the order of their names. */
  all(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.byName].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  private keep(name: string, definition: object): void {
    const schema = relocate(definition);
    const known = this.byName.get(name);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) {
      throw new Error(`two schemas are called ${name}`);
    }
    this.byName.set(name, schema);
  }
}

/** Definitions move from inside one schema to the document's components. */
function relocate(schema: object): JsonSchema {
  return JSON.parse(JSON.stringify(schema).replaceAll(LOCAL_DEFINITION, COMPONENT)) as JsonSchema;
}
