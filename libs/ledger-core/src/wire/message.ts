import type { WireReader } from './reader';
import type { WireWriter } from './writer';

const VARINT = 0;
const DELIMITED = 2;

/** How one member of a message is written and read. */
export interface Field<T> {
  readonly no: number;
  /** Writes tag and value; nothing where the value is the default of proto3. */
  write(value: T, writer: WireWriter): void;
  /** Reads a value; `before` is what was read of a repeated member so far. */
  read(reader: WireReader, before: T | undefined): T;
  /** The value of a member that is not there. */
  readonly absent: () => T;
}

type Fields<T> = { readonly [K in keyof T]-?: Field<T[K]> };

/** A message: writes and reads all members of `T`. The compiler sees to it that none is left out. */
export interface Message<T> {
  readonly write: (value: T, writer: WireWriter) => void;
  readonly read: (reader: WireReader) => T;
}

/** Makes a message of its members, which are written in the order given: that of their numbers. */
export function message<T extends object>(fields: Fields<T>): Message<T> {
  const list = Object.entries<Field<unknown>>(fields as Record<string, Field<unknown>>);
  const byNumber: (readonly [string, Field<unknown>] | undefined)[] = [];
  for (const [name, field] of list) byNumber[field.no] = [name, field];
  return {
    write: (value, writer) => {
      const values = value as Record<string, unknown>;
      for (const [name, field] of list) field.write(values[name], writer);
    },
    read: (reader) => {
      const values: Record<string, unknown> = {};
      while (reader.at < reader.end) {
        const tag = reader.uint32();
        const known = byNumber[tag >>> 3];
        if (known === undefined) reader.skip(tag & 7);
        else values[known[0]] = known[1].read(reader, values[known[0]]);
      }
      for (const [name, field] of list) {
        if (values[name] !== undefined) continue;
        const absent = field.absent();
        if (absent !== undefined) values[name] = absent;
      }
      return values as T;
    },
  };
}

export function text(no: number): Field<string> {
  const tag = tagOf(no, DELIMITED);
  return {
    no,
    write: (value, writer) => {
      if (value === '') return;
      writer.uint32(tag);
      writer.text(value);
    },
    read: (reader) => reader.text(),
    absent: () => '',
  };
}

export function int64(no: number): Field<bigint> {
  const tag = tagOf(no, VARINT);
  return {
    no,
    write: (value, writer) => {
      if (value === 0n) return;
      writer.uint32(tag);
      writer.int64(value);
    },
    read: (reader) => reader.int64(),
    absent: () => 0n,
  };
}

/** An int64 in which 0 stands for none. */
export function int64OrNull(no: number): Field<bigint | null> {
  const field = int64(no);
  return {
    no,
    write: (value, writer) => {
      field.write(value ?? 0n, writer);
    },
    read: (reader) => {
      const value = reader.int64();
      return value === 0n ? null : value;
    },
    absent: () => null,
  };
}

export function int32(no: number): Field<number> {
  const field = int64(no);
  return {
    no,
    write: (value, writer) => {
      field.write(BigInt(value), writer);
    },
    read: (reader) => reader.int32(),
    absent: () => 0,
  };
}

/** A member with explicit presence; null where it is absent. */
export function optionalInt32(no: number): Field<number | null> {
  const tag = tagOf(no, VARINT);
  return {
    no,
    write: (value, writer) => {
      if (value === null) return;
      writer.uint32(tag);
      writer.int64(BigInt(value));
    },
    read: (reader) => reader.int32(),
    absent: () => null,
  };
}

export function bool(no: number): Field<boolean> {
  const tag = tagOf(no, VARINT);
  return {
    no,
    write: (value, writer) => {
      if (!value) return;
      writer.uint32(tag);
      writer.uint32(1);
    },
    read: (reader) => reader.uint32() !== 0,
    absent: () => false,
  };
}

/** A member with explicit presence; left out where it is absent. */
export function optionalBool(no: number): Field<boolean | undefined> {
  const tag = tagOf(no, VARINT);
  return {
    no,
    write: (value, writer) => {
      if (value === undefined) return;
      writer.uint32(tag);
      writer.uint32(value ? 1 : 0);
    },
    read: (reader) => reader.uint32() !== 0,
    absent: () => undefined,
  };
}

export function bytes(no: number): Field<Uint8Array> {
  const tag = tagOf(no, DELIMITED);
  return {
    no,
    write: (value, writer) => {
      if (value.length === 0) return;
      writer.uint32(tag);
      writer.bytes(value);
    },
    read: (reader) => reader.bytes(),
    absent: () => new Uint8Array(0),
  };
}

/** One of a list of names; the first has number 1, as 0 says nothing. @throws RangeError on a number without name. */
export function named<Name extends string>(no: number, names: readonly Name[]): Field<Name> {
  const tag = tagOf(no, VARINT);
  const at = (number: number): Name => {
    const name = names[number - 1];
    if (name === undefined) throw new RangeError(`no value ${number} of member ${no}`);
    return name;
  };
  return {
    no,
    write: (value, writer) => {
      writer.uint32(tag);
      writer.uint32(names.indexOf(value) + 1);
    },
    read: (reader) => at(reader.uint32()),
    absent: () => at(0),
  };
}

export function texts(no: number): Field<readonly string[]> {
  const tag = tagOf(no, DELIMITED);
  return {
    no,
    write: (value, writer) => {
      for (const item of value) {
        writer.uint32(tag);
        writer.text(item);
      }
    },
    read: (reader, before = []) => push(before, reader.text()),
    absent: () => [],
  };
}

export function messages<T>(no: number, of: Message<T>): Field<readonly T[]> {
  const tag = tagOf(no, DELIMITED);
  return {
    no,
    write: (value, writer) => {
      for (const item of value) {
        writer.uint32(tag);
        writer.nested(item, of.write);
      }
    },
    read: (reader, before = []) => push(before, reader.nested(of.read)),
    absent: () => [],
  };
}

/** A member that is always there. */
export function nested<T>(no: number, of: Message<T>): Field<T> {
  const tag = tagOf(no, DELIMITED);
  return {
    no,
    write: (value, writer) => {
      writer.uint32(tag);
      writer.nested(value, of.write);
    },
    read: (reader) => reader.nested(of.read),
    absent: () => {
      throw new RangeError(`member ${no} is missing`);
    },
  };
}

function tagOf(no: number, wireType: number): number {
  return no * 8 + wireType;
}

/** The list is this reader's own until the message is read. */
function push<T>(list: readonly T[], item: T): readonly T[] {
  (list as T[]).push(item);
  return list;
}
