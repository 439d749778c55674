import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { choosePorts } from './ports';

const folder = mkdtempSync(join(tmpdir(), 'kuda-ports-'));
const file = join(folder, 'ports.json');

afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function listening<T>(port: number, work: () => Promise<T>): Promise<T> {
  const server = createServer();
  await new Promise<void>((done) => void server.listen(port, '127.0.0.1', done));
  try {
    return await work();
  } finally {
    await new Promise((done) => server.close(done));
  }
}

describe('the ports of a stack', () => {
  it('are remembered, all different, and given up when somebody else has one of them', async () => {
    const first = await choosePorts(file, undefined);
    expect(new Set(Object.values(first)).size).toBe(Object.keys(first).length);
    expect(await choosePorts(file, undefined)).toEqual(first);
    const moved = await listening(first.kafka, () => choosePorts(file, undefined));
    expect(moved).not.toEqual(first);
    expect(await choosePorts(file, undefined)).toEqual(moved);
  });

  it('stand where --port-base says, or not at all', async () => {
    const { kafka } = await choosePorts(file, undefined);
    const base = kafka - 8;
    expect(await choosePorts(file, base)).toMatchObject({
      'behavior-ingest': base + 1,
      'gpu-scheduler': base + 4,
    });
    await expect(listening(base + 3, () => choosePorts(file, base))).rejects.toThrow('redemption');
  });
});
