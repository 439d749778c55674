import { MAX_EVENT_BYTES, MAX_JSON_DEPTH, memberText, readJsonObject } from './json-text';
import { scanJson } from './json-scan';

const nested = (depth: number): string => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

function read(text: string): ReturnType<typeof readJsonObject> {
  return readJsonObject(Buffer.from(text));
}

function member(text: string, name: string): string | undefined {
  const result = read(text);
  return result.ok ? memberText(result.json, name) : undefined;
}

describe('reading JSON', () => {
  it.each([
    '',
    ' ',
    '{',
    '{"a":1',
    '[]',
    '"x"',
    '1',
    'null',
    'true',
    "{'a':1}",
    '{"a":1}x',
    '\uFEFF{}',
    '{"a":01}',
  ])('refuses %j as malformed', (text) => {
    expect(read(text)).toMatchObject({ ok: false, rejection: { reason: 'malformed_json', pointer: '' } });
  });

  it('refuses bytes that are not UTF-8', () => {
    const raw = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    expect(readJsonObject(raw)).toMatchObject({ ok: false, rejection: { detail: 'not UTF-8' } });
  });

  it('takes the deepest and the largest allowed, and not one more', () => {
    expect(read(nested(MAX_JSON_DEPTH)).ok).toBe(true);
    expect(read(nested(MAX_JSON_DEPTH + 1)).ok).toBe(false);
    const padded = (bytes: number): string => `{}${' '.repeat(bytes - 2)}`;
    expect(read(padded(MAX_EVENT_BYTES)).ok).toBe(true);
    expect(read(padded(MAX_EVENT_BYTES + 1)).ok).toBe(false);
  });

  it('answers for a text nested a hundred thousand levels deep', () => {
    expect(read(nested(100_000))).toMatchObject({ ok: false });
  });

  it.each([
    ['{"data":{"n":1.0}}', '{"n":1.0}'],
    ['{ "data" : { "a" : [1, 2] } , "x":1}', '{ "a" : [1, 2] }'],
    ['{"x":"data","data":12345678901234567890}', '12345678901234567890'],
    ['{"d\\u0061ta":"}\\""}', '"}\\""'],
    ['{"x":{"data":1},"data":[{"data":2}]}', '[{"data":2}]'],
    ['{"data":1,"data":{"last":true}}', '{"last":true}'],
    ['{"\\"data":1,"data":""}', '""'],
    ['{"data":null}', 'null'],
  ])('finds the text of data in %s as it came in', (text, expected) => {
    expect(member(text, 'data')).toBe(expected);
  });

  it('knows no data where there is none', () => {
    expect(member('{"x":{"data":1}}', 'data')).toBeUndefined();
  });

  it('tells the elements of an array apart', () => {
    const text = ' [ {"a":[1,2]} , 3,"x,y" , [] ,null] ';
    const elements = scanJson(text).children.map(({ start, end }) => text.slice(start, end));
    expect(elements).toEqual(['{"a":[1,2]}', '3', '"x,y"', '[]', 'null']);
    expect(scanJson('[ ]').children).toEqual([]);
  });
});
