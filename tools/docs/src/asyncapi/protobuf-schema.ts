import { ScalarType, type DescEnum, type DescField, type DescMessage } from '@bufbuild/protobuf';

/** JSON Schema (draft 7, AsyncAPI's own) as plain JSON. */
export type JsonSchema = Readonly<Record<string, unknown>>;

const COMPONENT = '#/components/schemas/';

/** 64-bit integers are strings in protobuf's JSON mapping, because JSON numbers lose digits. */
const INTEGER_TEXT = { type: 'string', pattern: '^-?[0-9]+$' };
const INTEGER_32 = { type: 'integer', format: 'int32' };

function scalarSchema(scalar: ScalarType): JsonSchema {
  switch (scalar) {
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.SINT64:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return INTEGER_TEXT;
    case ScalarType.INT32:
    case ScalarType.UINT32:
    case ScalarType.SINT32:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return INTEGER_32;
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return { type: 'number' };
    case ScalarType.BOOL:
      return { type: 'boolean' };
    case ScalarType.BYTES:
      return { type: 'string', contentEncoding: 'base64' };
    case ScalarType.STRING:
      return { type: 'string' };
  }
}

/** Descriptors of messages become JSON schemas by protobuf's JSON mapping, each under its full name. */
export class ProtobufSchemas {
  private readonly byName = new Map<string, JsonSchema>();

  /** A reference to the message's schema, which is added with all that it refers to. */
  refer(message: DescMessage): JsonSchema {
    if (!this.byName.has(message.typeName)) {
      // Taken before it is filled: a message may refer to itself.
      this.byName.set(message.typeName, {});
      this.byName.set(message.typeName, this.objectSchema(message));
    }
    return { $ref: COMPONENT + message.typeName };
  }

  all(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.byName].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  private objectSchema(message: DescMessage): JsonSchema {
    const oneofs = message.oneofs.map((oneof) => ({
      oneOf: oneof.fields.map((field) => ({ required: [field.jsonName] })),
    }));
    return {
      type: 'object',
      'x-protobuf-message': message.typeName,
      properties: Object.fromEntries(
        message.fields.map((field) => [field.jsonName, this.fieldSchema(field)]),
      ),
      ...(oneofs.length === 0 ? {} : { allOf: oneofs }),
    };
  }

  private fieldSchema(field: DescField): JsonSchema {
    switch (field.fieldKind) {
      case 'scalar':
        return scalarSchema(field.scalar);
      case 'enum':
        return enumSchema(field.enum);
      case 'message':
        return this.refer(field.message);
      case 'list':
        return { type: 'array', items: this.itemSchema(field) };
      case 'map':
        return { type: 'object', additionalProperties: this.itemSchema(field) };
    }
  }

  private itemSchema(field: DescField & ({ fieldKind: 'list' } | { fieldKind: 'map' })): JsonSchema {
    if (field.message !== undefined) return this.refer(field.message);
    if (field.enum !== undefined) return enumSchema(field.enum);
    return scalarSchema(field.scalar);
  }
}

function enumSchema(desc: DescEnum): JsonSchema {
  return { type: 'string', enum: desc.values.map((value) => value.name) };
}
