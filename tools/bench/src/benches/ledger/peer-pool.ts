import { Pool, type PoolConfig } from 'pg';

/** Connections for a peer. What the server says to one that is being closed is no news; a query still fails by itself. */
export function peerPool(connectionString: string, connections: number, more: PoolConfig = {}): Pool {
  const pool = new Pool({ connectionString, max: connections, ...more });
  pool.on('error', () => undefined);
  return pool;
}
