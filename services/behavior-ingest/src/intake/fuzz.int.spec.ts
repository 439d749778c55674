import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { TOPICS } from '@kuda/contracts';
import type { OutgoingMessage } from '@kuda/messaging';
import { eventually, startKafka, type KafkaServer } from '@kuda/testing';
import { malformedHeaders, malformedInput, seeded, type Random } from '../domain/test/malformed';
import { ServiceFixture } from '../test/service.fixture';

/** Inputs in all, half by each way; `npm run fuzz` sends 100,000. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 3_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
/** A busy machine takes a few hundred inputs a second. */
const LIMIT_MS = 120_000 + RUNS * 10;
const PUBLISHED_AT_ONCE = 500;
const REQUESTS_AT_ONCE = 16;
const MOST_PER_REQUEST = 20;
/** What may stay of a run in memory, whatever its length, in bytes. */
const MOST_LEFT_BYTES = 64 * 2 ** 20;
const ACCEPTED = 202;
const REFUSALS = [400, 413, 415];

jest.setTimeout(LIMIT_MS);

interface Counts {
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
}

function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

describe(`malformed inputs (FUZZ_SEED=${String(SEED)}, FUZZ_RUNS=${String(RUNS)})`, () => {
  let kafka: KafkaServer;
  let service: ServiceFixture;
  let url = '';

  beforeAll(async () => {
    kafka = await startKafka();
    service = await ServiceFixture.create(kafka.brokers);
    await service.start();
    await service.running.app.listen(0, '127.0.0.1');
    url = `${await service.running.app.getUrl()}/v1/events`;
  });

  afterAll(async () => {
    await service.end();
    await kafka.stop();
  });

  async function counts(): Promise<Counts> {
    const { json } = await service.call({ url: '/v1/reports/intake' });
    const { accepted, duplicates, rejected } = json as unknown as Omit<Counts, 'rejected'> & {
      rejected: object;
    };
    const sum = Object.values(rejected as Record<string, number>).reduce((all, each) => all + each, 0);
    return { accepted, duplicates, rejected: sum };
  }

  function since(before: Counts, now: Counts): Counts {
    return {
      accepted: now.accepted - before.accepted,
      duplicates: now.duplicates - before.duplicates,
      rejected: now.rejected - before.rejected,
    };
  }

  const sumOf = ({ accepted, duplicates, rejected }: Counts): number => accepted + duplicates + rejected;

  it(
    'by the bus: each has its entry, nothing ends, memory stays bounded',
    async () => {
      const random = seeded(SEED);
      const total = Math.floor(RUNS / 2);
      const [before, memory] = [await counts(), usedBytes()];
      for (let from = 0; from < total; from += PUBLISHED_AT_ONCE) {
        const size = Math.min(PUBLISHED_AT_ONCE, total - from);
        const records = Array.from({ length: size }, (_, index): Partial<OutgoingMessage> => ({
          value: malformedInput(random, from + index, 'bus'),
          headers: malformedHeaders(random, from + index),
        }));
        await service.publish(TOPICS.activityEvents.name, ...records);
      }
      await eventually(async () => sumOf(since(before, await counts())) >= total, {
        timeoutMs: LIMIT_MS,
        everyMs: 200,
      });
      const found = since(before, await counts());
      expect(sumOf(found)).toBe(total);
      for (const count of Object.values(found)) expect(count).toBeGreaterThan(0);
      expect(service.exits).toEqual([]);
      expect(usedBytes() - memory).toBeLessThan(MOST_LEFT_BYTES);
    },
    LIMIT_MS,
  );

  /** One input as a body, or several as a list; what is no JSON makes a body that is refused whole. */
  function bodyOf(random: Random, from: number): { readonly body: Buffer; readonly inputs: number } {
    const inputs = random() < 0.5 ? 1 : 1 + Math.floor(random() * MOST_PER_REQUEST);
    const parts = Array.from({ length: inputs }, (_, index) => malformedInput(random, from + index, 'http'));
    if (inputs === 1) return { body: parts[0] ?? Buffer.alloc(0), inputs };
    // Most lists hold JSON only, so that they are judged event by event.
    const kept = random() < 0.8 ? parts.filter((part) => parsedOf(part) !== undefined) : parts;
    const list = kept.flatMap((part, index) => (index === 0 ? [part] : [Buffer.from(','), part]));
    const body = Buffer.concat([Buffer.from('['), ...list, Buffer.from(']')]);
    // A broken list may happen to be a list of other inputs.
    const parsed = parsedOf(body);
    return { body, inputs: Array.isArray(parsed) ? parsed.length : kept.length };
  }

  it(
    'by HTTP: each is accepted, rejected, a duplicate or in a request that was refused whole',
    async () => {
      const random = seeded(SEED + 1);
      const token = await service.token();
      const total = Math.floor(RUNS / 2);
      const [before, memory] = [await counts(), usedBytes()];
      const answered = { accepted: 0, duplicates: 0, rejected: 0 };
      const sent = { inputs: 0, refused: 0 };
      const send = async (body: Buffer, inputs: number): Promise<void> => {
        const response = await fetch(url, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: new Uint8Array(body),
        });
        const answer = (await response.json()) as Record<string, unknown[]>;
        if (response.status !== ACCEPTED) {
          expect(REFUSALS).toContain(response.status);
          sent.refused += inputs;
          return;
        }
        const kinds = ['accepted', 'duplicates', 'rejected'] as const;
        expect(kinds.reduce((sum, kind) => sum + (answer[kind]?.length ?? 0), 0)).toBe(inputs);
        for (const kind of kinds) answered[kind] += answer[kind]?.length ?? 0;
      };
      while (sent.inputs < total) {
        const requests = Array.from({ length: REQUESTS_AT_ONCE }, () => {
          const made = bodyOf(random, sent.inputs);
          sent.inputs += made.inputs;
          return send(made.body, made.inputs);
        });
        await Promise.all(requests);
      }
      const found = since(before, await counts());
      expect(found).toEqual(answered);
      expect(sumOf(found) + sent.refused).toBe(sent.inputs);
      expect(sent.refused).toBeGreaterThan(0);
      for (const count of Object.values(answered)) expect(count).toBeGreaterThan(0);
      expect(service.exits).toEqual([]);
      expect(usedBytes() - memory).toBeLessThan(MOST_LEFT_BYTES);
    },
    LIMIT_MS,
  );

  it('leaves the service well', async () => {
    expect(await service.call({ url: '/health/ready', scopes: null })).toMatchObject({ status: 200 });
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });
});

function parsedOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
