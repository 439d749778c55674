import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Io } from '../io';
import { run } from '../program';

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly key: string;
  readonly body: unknown;
}

describe('kuda ledger, for accounts', () => {
  let server: Server;
  let base = '';
  let answer: { readonly status: number; readonly body: unknown } = { status: 200, body: {} };
  let seen: Seen[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      void text(request).then((body) => {
        const { method = '', url = '', headers } = request;
        const key = String(headers['idempotency-key'] ?? '');
        seen.push({ method, url, key, body: body === '' ? null : (JSON.parse(body) as unknown) });
        response
          .writeHead(answer.status, { 'content-type': 'application/json' })
          .end(JSON.stringify(answer.body));
      });
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    base = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  });
  afterAll(() => new Promise((done) => server.close(done)));
  beforeEach(() => {
    seen = [];
  });

  async function kuda(...argv: readonly string[]) {
    const out: string[] = [];
    const err: string[] = [];
    const io: Io = {
      env: { KUDA_LEDGER_URL: base, KUDA_TOKEN: 't' },
      folder: '/nowhere',
      out: (line) => out.push(line),
      err: (line) => err.push(line),
      read: () => Promise.resolve(''),
    };
    return { exitCode: await run(['ledger', ...argv], io), out: out.join('\n'), err: err.join('\n') };
  }

  it('reads a balance as of an instant, and says where the answer stands', async () => {
    answer = {
      status: 200,
      body: { position: '7', shard: 2, balances: [{ asset: 'POINT', available: '1500' }] },
    };
    const { exitCode, out } = await kuda('balance', 'al', '--as-of', '2026-11-01T00:00:00Z');
    expect(exitCode).toBe(0);
    expect(seen[0]?.url).toBe('/v1/users/al/balance?as_of=2026-11-01T00%3A00%3A00Z');
    expect(out).toContain('as of position 7 of shard 2');
    expect(out).toContain('1.5');
  });

  it('shows lots and holds as the ledger has them', async () => {
    const lot = {
      lot_id: 'lot-1.1',
      asset: 'POINT',
      remaining: '2000',
      expires_at: 'then',
      origin: 'login.daily',
    };
    answer = { status: 200, body: { position: '1', shard: 0, items: [lot] } };
    expect((await kuda('lots', 'al')).out).toContain('login.daily');
    const hold = {
      hold_id: 'h',
      sku: 'gpu.t4',
      expires_at: 'then',
      lots: [{ asset: 'POINT', amount: '3000' }],
    };
    answer = { status: 200, body: { position: '1', shard: 0, items: [hold] } };
    expect((await kuda('holds', 'al')).out).toContain('3 POINT');
  });

  it('explains a refusal with its remedy, and a decision by its own id', async () => {
    const refusal = {
      code: 'KUDA-LEDGER-1011',
      title: 'Account frozen',
      detail: 'x',
      remedy: 'Unfreeze it.',
    };
    const outcome = { kind: 'command_refused', position: '9', shard: 0 };
    answer = {
      status: 200,
      body: { outcome, refusal, rules: [{ rule: 'login.daily', text: 'Paid 2 of 2.' }] },
    };
    const { out } = await kuda('explain', '/src#e1');
    expect(seen[0]?.url).toBe('/v1/commands/%2Fsrc%23e1/explanation');
    expect(out).toContain('remedy: Unfreeze it.');
    expect(out).toContain('login.daily: Paid 2 of 2.');
    await kuda('explain', '0-9-1');
    expect(seen[1]?.url).toBe('/v1/decisions/0-9-1/explanation');
  });

  it.each([
    [['adjust', 'al', '--amount', '-500', '--reason', 'r', '--case', 'c'], '/v1/users/al/adjustments'],
    [['approve', 'al', 'p1'], '/v1/users/al/adjustments/p1:approve'],
    [['reverse', 'al', '12', '--reason', 'r', '--lot', 'lot-12.1'], '/v1/users/al/transactions/12:reverse'],
    [['freeze', 'al', '--reason', 'r'], '/v1/users/al:freeze'],
    [['unfreeze', 'al', '--reason', 'r'], '/v1/users/al:unfreeze'],
  ])('sends %j as a write under a key', async (argv, url) => {
    answer = { status: 200, body: { status: 'recorded', kind: 'done', position: '3' } };
    const { exitCode, out } = await kuda(...argv, '--key', 'k1');
    expect(exitCode).toBe(0);
    expect(seen).toMatchObject([{ method: 'POST', url, key: 'k1' }]);
    expect(out).toBe('done at position 3, command k1');
  });

  it('ends with 3 for a refusal, and says where to look while the outcome is on its way', async () => {
    answer = { status: 409, body: { title: 'Reversed before', code: 'KUDA-LEDGER-1026' } };
    expect((await kuda('reverse', 'al', '12', '--reason', 'r')).exitCode).toBe(3);
    answer = { status: 202, body: { status: 'pending' } };
    expect((await kuda('freeze', 'al', '--reason', 'r', '--key', 'k2')).out).toContain('ledger explain k2');
  });
});
