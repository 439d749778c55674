import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Io } from '../io';
import { run } from '../program';

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

let server: Server;
let base = '';
let answers: Answer[] = [];
let seen: Seen[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method = '', url = '', headers } = request;
      seen.push({ method, url, headers, body: body === '' ? undefined : (JSON.parse(body) as unknown) });
      const answer = answers.shift() ?? { status: 500, body: { title: 'no answer prepared' } };
      response
        .writeHead(answer.status, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer.body));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});

afterAll(async () => {
  await new Promise((done) => server.close(done));
});

beforeEach(() => {
  answers = [];
  seen = [];
});

async function kuda(argv: readonly string[], more: { env?: Io['env']; input?: string } = {}) {
  const out: string[] = [];
  const err: string[] = [];
  const services = ['INGEST', 'LEDGER', 'REDEMPTION', 'SCHEDULER'];
  const urls = services.map((name) => [`KUDA_${name}_URL`, base] as const);
  const io: Io = {
    env: more.env ?? { ...Object.fromEntries(urls), KUDA_TOKEN: 'secret-token' },
    folder: '/nowhere',
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    read: () => Promise.resolve(more.input ?? ''),
  };
  const exitCode = await run(argv, io);
  return { exitCode, out: out.join('\n'), err: err.join('\n') };
}

describe('kuda balance', () => {
  it('calls the ledger with the token and shows points whole', async () => {
    answers = [{ status: 200, body: { balances: [{ asset: 'POINT', available: '120500', pending: '0' }] } }];
    const { exitCode, out } = await kuda(['balance', 'al/ice']);
    expect(exitCode).toBe(0);
    expect(seen[0]).toMatchObject({ method: 'GET', url: '/v1/users/al%2Fice/balance' });
    expect(seen[0]?.headers.authorization).toBe('Bearer secret-token');
    expect(out).toContain('120.5');
  });

  it('prints the answer itself with --json, before or after the command', async () => {
    const body = { balances: [] };
    for (const argv of [
      ['balance', 'alice', '--json'],
      ['--json', 'balance', 'alice'],
    ]) {
      answers = [{ status: 200, body }];
      const { out } = await kuda(argv);
      expect(JSON.parse(out)).toEqual(body);
    }
  });
});

describe('exit codes', () => {
  it.each([
    [402, { code: 'KUDA-LEDGER-1001' }, 3],
    [403, { code: 'KUDA-REDEMPTION-2002' }, 3],
    [403, { code: 'KUDA-HTTP-1002' }, 1],
    [409, {}, 3],
    [422, {}, 3],
    [400, {}, 2],
    [401, {}, 1],
    [404, {}, 1],
    [503, {}, 1],
  ])('answers %i with problem %j by %i', async (status, body, expected) => {
    answers = [{ status, body: { title: 'No', ...body } }];
    const { exitCode, out, err } = await kuda(['balance', 'alice', '--json']);
    expect(exitCode).toBe(expected);
    expect(JSON.parse(out)).toEqual({ title: 'No', ...body });
    expect(err).toContain(String(status));
  });

  it.each([
    [[]],
    [['unheard-of']],
    [['balance']],
    [['quote', 'alice', 'gpu.t4', '--gpus', '4']],
    [['quote', 'alice', 'gpu.t4', '--hours', '-1']],
    [['events', 'send', '--type', 'ai.kuda.session.login.v1']],
    [['events', 'send', '--type', 't', '--subject', 's', '--data', '{']],
  ])('calls %j a usage error', async (argv) => {
    expect((await kuda(argv)).exitCode).toBe(2);
    expect(seen).toEqual([]);
  });

  it('answers --help with 0 and examples', async () => {
    const { exitCode, out } = await kuda(['--help']);
    expect(exitCode).toBe(0);
    expect(out).toContain('npm run -s kuda -- balance alice');
  });

  it('says how to start a stack when none is known', async () => {
    const { exitCode, err } = await kuda(['balance', 'alice', '--state', 'absent'], { env: {} });
    expect(exitCode).toBe(1);
    expect(err).toContain('npm start');
    expect(err).toContain('KUDA_LEDGER_URL');
  });

  it('says so when the service does not answer', async () => {
    const env = { KUDA_LEDGER_URL: 'http://127.0.0.1:1', KUDA_TOKEN: 't' };
    const { exitCode, err } = await kuda(['balance', 'alice'], { env });
    expect(exitCode).toBe(1);
    expect(err).toContain('does not answer');
  });
});

describe('kuda events send', () => {
  const event = {
    specversion: '1.0',
    id: '1',
    source: '/a',
    type: 't',
    subject: 's',
    time: '2026-01-01T00:00:00Z',
  };

  it('sends what the options say as one CloudEvent', async () => {
    answers = [{ status: 202, body: { accepted: ['x'], duplicates: [], rejected: [] } }];
    const argv = ['events', 'send', '--type', 'ai.kuda.session.login.v1', '--subject', 'alice', '--id', 'x'];
    expect((await kuda(argv)).exitCode).toBe(0);
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/v1/events' });
    const sent = { id: 'x', type: 'ai.kuda.session.login.v1', subject: 'alice', data: {} };
    expect(seen[0]?.body).toEqual([expect.objectContaining(sent)]);
  });

  it('cuts a file into requests of 100 and counts rejected lines over the whole file', async () => {
    const rejected = [{ index: 3, id: '1', code: 'bad_time', pointer: '/time' }];
    answers = [
      { status: 202, body: { accepted: [], duplicates: [], rejected: [] } },
      { status: 202, body: { accepted: [], duplicates: [], rejected } },
    ];
    const input = Array.from({ length: 150 }, () => JSON.stringify(event)).join('\n');
    const { exitCode, out } = await kuda(['events', 'send', '-', '--backfill', '--json'], { input });
    expect(seen.map(({ url }) => url)).toEqual(['/v1/events?backfill=true', '/v1/events?backfill=true']);
    expect(seen.map(({ body }) => (body as unknown[]).length)).toEqual([100, 50]);
    expect(exitCode).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ rejected: [{ index: 103, code: 'bad_time' }] });
  });
});

describe('kuda redeem', () => {
  it('asks for a quote, takes it with an idempotency key and waits for the settlement', async () => {
    answers = [
      { status: 201, body: { quote_id: 'q1' } },
      { status: 202, body: { redemption_id: 'r1', state: 'requested' } },
      { status: 200, body: { redemption_id: 'r1', state: 'running' } },
      {
        status: 200,
        body: { redemption_id: 'r1', state: 'settled', captured: [{ asset: 'POINT', amount: '120000' }] },
      },
    ];
    const { exitCode, out } = await kuda([
      'redeem',
      'alice',
      'gpu.a100',
      '--hours',
      '8',
      '--points-only',
      '--wait',
    ]);
    expect(exitCode).toBe(0);
    expect(seen[0]?.body).toEqual({
      user_id: 'alice',
      sku: 'gpu.a100',
      gpu_count: 1,
      duration_seconds: 28800,
      funding: 'points_only',
    });
    expect(seen[1]?.body).toEqual({ quote_id: 'q1' });
    expect(seen[1]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
    expect(out).toContain('120 points');
  });

  it('ends with 3 when the redemption is refused after it was taken', async () => {
    answers = [
      { status: 202, body: { redemption_id: 'r1', state: 'requested' } },
      { status: 200, body: { redemption_id: 'r1', state: 'refused', reason: 'insufficient balance' } },
    ];
    const { exitCode, out } = await kuda(['redeem', 'q1', '--wait', '--json']);
    expect(exitCode).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ state: 'refused' });
  });
});
