import { createServer, type Server } from 'node:http';
import { startKafka } from './kafka.server';
import { startPostgres } from './postgres.server';

/** Where the test files of one Jest run find the keeper of the shared servers. */
export const KEEPER_VARIABLE = 'KUDA_TEST_SERVERS';

/** Something that was started and can be stopped. */
interface Started {
  readonly address: string;
  stop(): Promise<void>;
}

const STARTERS: Readonly<Record<string, () => Promise<Started>>> = {
  '/postgres': async () => {
    const server = await startPostgres({ durable: false });
    return { address: server.adminUrl, stop: () => server.stop() };
  },
  '/kafka': async () => {
    const server = await startKafka();
    return { address: server.brokers, stop: () => server.stop() };
  },
};

/** Starts each shared server when the first test file asks for it, and stops them all at the end of the run. */
export class ServerKeeper {
  private readonly started = new Map<string, Promise<Started>>();
  private readonly http: Server = createServer((request, response) => {
    this.addressOf(request.url ?? '').then(
      (address) => response.end(address),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.message : String(error)),
    );
  });

  private async addressOf(path: string): Promise<string> {
    const start = STARTERS[path];
    if (start === undefined) throw new Error(`no such server: ${path}`);
    const known = this.started.get(path) ?? start();
    this.started.set(path, known);
    return (await known).address;
  }

  /** Listens on a free loopback port and returns its address. */
  listen(): Promise<string> {
    return new Promise((resolve, reject) => {
      this.http.once('error', reject);
      this.http.listen(0, '127.0.0.1', () => {
        const address = this.http.address();
        const port = address !== null && typeof address === 'object' ? address.port : 0;
        resolve(`http://127.0.0.1:${String(port)}`);
      });
    });
  }

  async close(): Promise<void> {
    const servers = await Promise.allSettled(this.started.values());
    const running = servers.filter((server) => server.status === 'fulfilled');
    await Promise.all(running.map((server) => server.value.stop()));
    await new Promise((resolve) => {
      this.http.close(resolve);
      this.http.closeAllConnections();
    });
  }
}
