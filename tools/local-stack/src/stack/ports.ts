import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { ServiceName } from './services';
import { StartFailure } from './stack.types';

/** One port for each part that listens. */
export type Part = ServiceName | 'tokens' | 'cluster' | 'postgres' | 'kafka';

export type Ports = Readonly<Record<Part, number>>;

/** Offsets within the block; with `--port-base 3000` the services stand on 3001 to 3004. */
const OFFSETS: Ports = {
  'behavior-ingest': 1,
  'points-ledger': 2,
  redemption: 3,
  'gpu-scheduler': 4,
  tokens: 5,
  cluster: 6,
  postgres: 7,
  kafka: 8,
};

const PARTS = Object.keys(OFFSETS) as Part[];
const BLOCK = 20;
/** Below the range from which systems take ports of outgoing connections. */
const LOWEST = 20_000;
const BLOCKS = 600;
const MAX_TRIES = 50;

/** Chooses the ports: the given block, else the remembered one, else a free one that is then remembered. */
export async function choosePorts(file: string, base: number | undefined): Promise<Ports> {
  if (base !== undefined) {
    const busy = await busyParts(blockAt(base));
    if (busy.length > 0) {
      throw new StartFailure(`In use: ${busy.join(', ')}. Choose another --port-base, or leave it out.`);
    }
    return blockAt(base);
  }
  const remembered = existsSync(file) ? Number(readFileSync(file, 'utf8')) : Number.NaN;
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const random = LOWEST + BLOCK * Math.floor(Math.random() * BLOCKS);
    const candidate = attempt === 0 && Number.isInteger(remembered) ? remembered : random;
    if ((await busyParts(blockAt(candidate))).length > 0) continue;
    writeFileSync(file, String(candidate));
    return blockAt(candidate);
  }
  throw new StartFailure(`No free block of ports in ${String(MAX_TRIES)} tries; name one with --port-base.`);
}

function blockAt(base: number): Ports {
  const ports = PARTS.map((part) => [part, base + OFFSETS[part]] as const);
  return Object.fromEntries(ports) as Record<Part, number>;
}

async function busyParts(ports: Ports): Promise<readonly string[]> {
  const free = await Promise.all(PARTS.map((part) => isFree(ports[part])));
  return PARTS.filter((_, index) => free[index] !== true).map((part) => `${part} ${String(ports[part])}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((answer) => {
    const server = createServer();
    server.once('error', () => answer(false));
    server.listen(port, '127.0.0.1', () => server.close(() => answer(true)));
  });
}
