import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** The two ways into one service's database: the owner migrates, the app role works. */
export interface ServiceDatabase {
  readonly ownerUrl: string;
  readonly appUrl: string;
}

const NAME = /^[a-z][a-z0-9_]{0,50}$/;

async function withAdmin<T>(adminUrl: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: adminUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function exists(client: Client, table: 'pg_roles' | 'pg_database', name: string): Promise<boolean> {
  const column = table === 'pg_roles' ? 'rolname' : 'datname';
  const found = await client.query(`SELECT 1 FROM ${table} WHERE ${column} = $1`, [name]);
  return found.rows.length > 0;
}

/** Gives the role a new random password, creating it if need be, and returns the password. */
async function giveRole(client: Client, role: string): Promise<string> {
  const password = randomBytes(18).toString('base64url');
  const verb = (await exists(client, 'pg_roles', role)) ? 'ALTER' : 'CREATE';
  await client.query(`${verb} ROLE ${role} LOGIN NOSUPERUSER PASSWORD '${password}'`);
  return password;
}

function urlOf(adminUrl: string, role: string, password: string, database: string): string {
  const url = new URL(adminUrl);
  url.username = role;
  url.password = password;
  url.pathname = `/${database}`;
  return url.toString();
}

/**
 * Creates the database `name` with the roles `<name>_owner` (owns it) and `<name>_app` (may connect; the migrations
 * grant the rest). On an existing database both roles get new passwords and the data stays.
 */
export async function createServiceDatabase(adminUrl: string, name: string): Promise<ServiceDatabase> {
  if (!NAME.test(name)) throw new Error(`not a database name: ${name}`);
  return withAdmin(adminUrl, async (client) => {
    const owner = `${name}_owner`;
    const app = `${name}_app`;
    const ownerPassword = await giveRole(client, owner);
    const appPassword = await giveRole(client, app);
    if (!(await exists(client, 'pg_database', name)))
      await client.query(`CREATE DATABASE ${name} OWNER ${owner}`);
    await client.query(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`);
    await client.query(`GRANT CONNECT ON DATABASE ${name} TO ${app}`);
    return {
      ownerUrl: urlOf(adminUrl, owner, ownerPassword, name),
      appUrl: urlOf(adminUrl, app, appPassword, name),
    };
  });
}

/** Removes the database and its two roles, ending their connections. */
export async function dropServiceDatabase(adminUrl: string, name: string): Promise<void> {
  if (!NAME.test(name)) throw new Error(`not a database name: ${name}`);
  await withAdmin(adminUrl, async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await client.query(`DROP ROLE IF EXISTS ${name}_owner, ${name}_app`);
  });
}
