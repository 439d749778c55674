const SPACE = /[\s,:]*/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const SCALAR = /[^\s,\]}]+/y;

/** A place in a text, line and column from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Finds members in a valid JSON text. */
export class JsonPlaces {
  /** Where each value begins, by JSON pointer. */
  private readonly offsets = new Map<string, number>();
  private at = 0;

  constructor(private readonly text: string) {
    this.value('');
  }

  /** Where the value at a pointer begins, or the nearest value around it. */
  place(pointer: string): Place {
    return placeOf(this.text, this.offsetOf(pointer));
  }

  /** Where a character of the text value at a pointer stands in the file; `at` is inside the text, from 1. */
  placeInside(pointer: string, at: Place): Place {
    const offset = this.offsetOf(pointer);
    if (this.text[offset] !== '"') return placeOf(this.text, offset);
    STRING.lastIndex = offset;
    const raw = STRING.exec(this.text)?.[0] ?? '""';
    const lines = (JSON.parse(raw) as string).split('\n').slice(0, at.line - 1);
    const before = lines.reduce((sum, line) => sum + line.length + 1, 0) + at.column - 1;
    return placeOf(this.text, offset + rawLength(raw, before));
  }

  private offsetOf(pointer: string): number {
    for (let known = pointer; known !== ''; known = known.slice(0, known.lastIndexOf('/'))) {
      const offset = this.offsets.get(known);
      if (offset !== undefined) return offset;
    }
    return this.offsets.get('') ?? 0;
  }

  private value(pointer: string): void {
    this.skip(SPACE);
    this.offsets.set(pointer, this.at);
    switch (this.text[this.at]) {
      case '{': {
        this.members(pointer);
        return;
      }
      case '[': {
        this.elements(pointer);
        return;
      }
      case '"':
        this.skip(STRING);
        return;
      default:
        this.skip(SCALAR);
    }
  }

  private members(pointer: string): void {
    this.at += 1;
    for (this.skip(SPACE); this.text[this.at] === '"'; this.skip(SPACE)) {
      const name = JSON.parse(this.skip(STRING)) as string;
      this.value(`${pointer}/${escaped(name)}`);
    }
    this.at += 1;
  }

  private elements(pointer: string): void {
    this.at += 1;
    this.skip(SPACE);
    for (let index = 0; this.at < this.text.length && this.text[this.at] !== ']'; index += 1) {
      this.value(`${pointer}/${String(index)}`);
      this.skip(SPACE);
    }
    this.at += 1;
  }

  private skip(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }
}

/** A name as a part of a JSON pointer (RFC 6901). */
export function escaped(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Line and column of an offset. */
export function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** Characters of a JSON text value, quote included, that say its first `chars` characters. */
function rawLength(raw: string, chars: number): number {
  const part = /\\u[0-9a-fA-F]{4}|\\.|[^\\]/gy;
  part.lastIndex = 1;
  for (let said = 0; said < chars; said += 1) if (part.exec(raw) === null) return raw.length;
  return part.lastIndex;
}
