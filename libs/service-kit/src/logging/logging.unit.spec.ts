import { Writable } from 'node:stream';
import { createLogger, NestLogger, redact, redactText } from '../index';

describe('redaction', () => {
  it.each([
    ['a database URL', 'postgres://kuda:hunter2@db:5432/x', 'postgres://kuda:[redacted]@db:5432/x'],
    ['a bearer header', 'Authorization: Bearer abcdefgh12345', 'Authorization: Bearer [redacted]'],
    ['a token in a sentence', 'got eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.sig', 'got [redacted]'],
    ['an ordinary sentence', 'user-7 at http://host:80/a@b', 'user-7 at http://host:80/a@b'],
  ])('of %s', (_name, text, expected) => {
    expect(redactText(text)).toBe(expected);
  });

  it('of fields by name, at any depth', () => {
    const fields = {
      a: { headers: { Authorization: 'x', cookie: 'y' }, dbPassword: 'z', apiKey: 'k', kept: 1n },
    };
    expect(redact(fields)).toEqual({
      a: {
        headers: { Authorization: '[redacted]', cookie: '[redacted]' },
        dbPassword: '[redacted]',
        apiKey: '[redacted]',
        kept: '1',
      },
    });
  });

  it('of errors and their causes', () => {
    const error = new Error('no', { cause: new Error('postgres://a:hunter2@b') });
    expect(JSON.stringify(redact(error))).not.toContain('hunter2');
    expect(redact(error)).toMatchObject({
      type: 'Error',
      message: 'no',
      cause: { message: 'postgres://a:[redacted]@b' },
    });
  });

  it('ends on what refers to itself, and cuts what is long', () => {
    const loop: Record<string, unknown> = { text: 'x'.repeat(10_000) };
    loop['self'] = loop;
    expect(JSON.stringify(redact(loop)).length).toBeLessThan(60_000);
  });
});

describe('the log', () => {
  const lines: Record<string, unknown>[] = [];
  const destination = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  const logger = new NestLogger(createLogger({ service: 'redemption', level: 'info', destination }));

  beforeEach(() => (lines.length = 0));

  it('writes fields, text and the context that Nest appends', () => {
    logger.log({ streamId: 'user-1', token: 'abc' }, 'balance read', 'LedgerController');
    expect(lines).toEqual([
      expect.objectContaining({
        level: 'info',
        service: 'redemption',
        msg: 'balance read',
        context: 'LedgerController',
        streamId: 'user-1',
        token: '[redacted]',
      }),
    ]);
  });

  it('leaves out what is below its level', () => {
    logger.debug('not this');
    logger.warn('this', 'Context');
    expect(lines.map((line) => line['msg'])).toEqual(['this']);
  });
});
