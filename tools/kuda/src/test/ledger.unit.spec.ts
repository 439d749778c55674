import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { run } from '../program';

const DIFFERENCE = { key: ['ada', 'POINT'], live: { available: '9' }, rebuilt: { available: '8' } };

function projection(phase: string, endedAt: string | null, difference?: object) {
  const tables = [{ table: 'balance', live: 'a', rebuilt: 'b', ...(difference && { difference }) }];
  const report = endedAt === null ? null : { position: '7', equal: phase === 'swapped', tables };
  const times = { started_at: '2026-01-01T00:00:00Z', ended_at: endedAt };
  const rebuild = { version: 2, phase, position: '3', target: '7', ...times, report };
  const names = { name: 'balances', shard: 0, version: 1, previous_version: null, position: '7' };
  return { status: 200, body: { items: [{ ...names, last_rebuild: rebuild }] } };
}

const BEGUN = { status: 202, body: { name: 'balances', shards: [{ shard: 0, version: 2 }] } };
const AT = '2026-01-01T00:01:00Z';

describe('kuda ledger', () => {
  let server: Server;
  let answers: { readonly status: number; readonly body: object }[];
  const seen: string[] = [];
  beforeEach(async () => {
    seen.length = 0;
    server = createServer((request, response) => {
      const { status, body } = answers.shift() ?? { status: 500, body: {} };
      seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterEach(() => new Promise((done) => server.close(done)));

  async function kuda(...argv: readonly string[]) {
    const out: string[] = [];
    const err: string[] = [];
    const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const exitCode = await run(argv, {
      ...{ env: { KUDA_LEDGER_URL: url, KUDA_TOKEN: 't' }, folder: '/nowhere' },
      out: (line) => out.push(line),
      err: (line) => err.push(line),
      read: () => Promise.resolve(''),
    });
    return { exitCode, out: out.join('\n'), err: err.join('\n') };
  }

  it('lists the projections, with what a refused rebuild saw', async () => {
    answers = [projection('refused', AT, DIFFERENCE)];
    const { exitCode, out } = await kuda('ledger', 'projections');
    expect(exitCode).toBe(0);
    expect(out).toContain(
      'v2 refused: balance ["ada","POINT"] is {"available":"9"}, rebuilt {"available":"8"}',
    );
  });

  it('rebuilds, tells how far it is, and ends when it has swapped', async () => {
    answers = [BEGUN, projection('tailing', null), projection('swapped', AT)];
    const { exitCode, out, err } = await kuda('ledger', 'rebuild', 'balances');
    expect([exitCode, out]).toEqual([0, 'balances, shard 0: v2 swapped']);
    expect(err).toContain('v2 tailing 3/7');
    expect(seen).toEqual([
      'POST /v1/projections/balances/rebuild',
      'GET /v1/projections',
      'GET /v1/projections',
    ]);
  });

  it('ends with 3 when the rebuilt version differs, and says where', async () => {
    answers = [BEGUN, projection('refused', AT, DIFFERENCE)];
    const { exitCode, out, err } = await kuda('ledger', 'rebuild', 'balances');
    expect(exitCode).toBe(3);
    expect(out).toContain('balance ["ada","POINT"]');
    expect(err).toContain('readers keep the one before');
  });
});
