import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long answers are swallowed before the connection goes: what was sent has been done by then. */
const SWALLOWED_MS = 15;

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
}

/**
 * Stands between a life and PostgreSQL. Only from here a connection can be lost after the server has committed and
 * before its answer arrives: the outcome is in doubt.
 */
export class Proxy {
  private readonly pairs = new Set<Pair>();

  private constructor(
    private readonly listener: Server,
    private readonly target: URL,
  ) {
    listener.on('connection', (client) => {
      this.join(client);
    });
  }

  static async before(url: string): Promise<Proxy> {
    const listener = createServer();
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    return new Proxy(listener, new URL(url));
  }

  /** The address behind the proxy, by way of it. */
  get url(): string {
    const changed = new URL(this.target);
    changed.port = String((this.listener.address() as AddressInfo).port);
    return changed.toString();
  }

  /** Ends every connection; `swallowing`: answers are lost first, while the server goes on with what it was sent. */
  async cut(swallowing: boolean): Promise<void> {
    const cut = [...this.pairs];
    if (swallowing) {
      for (const { client, server } of cut) {
        server.unpipe(client);
        server.resume();
      }
      await sleep(SWALLOWED_MS);
    }
    for (const { client, server } of cut) {
      client.destroy();
      server.destroy();
    }
  }

  async close(): Promise<void> {
    await this.cut(false);
    await new Promise((resolve) => this.listener.close(resolve));
  }

  private join(client: Socket): void {
    const server = connect(Number(this.target.port), this.target.hostname);
    const pair = { client, server };
    this.pairs.add(pair);
    const part = (): void => {
      this.pairs.delete(pair);
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', part);
      socket.on('close', part);
    }
    client.pipe(server);
    server.pipe(client);
  }
}
