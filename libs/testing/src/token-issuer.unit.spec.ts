import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { startTokenIssuer } from './token-issuer';

describe('the token issuer', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kuda-issuer-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it('keeps its key over a restart, readable by its owner only', async () => {
    const keyFile = join(folder, 'key.json');
    const first = await startTokenIssuer({ keyFile });
    const token = await first.sign({ sub: 'platform', scopes: ['events:write', 'ledger:read'] });
    await first.stop();
    expect(statSync(keyFile).mode & 0o077).toBe(0);

    const second = await startTokenIssuer({ keyFile });
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(second.jwksUrl)));
    expect(payload).toMatchObject({
      sub: 'platform',
      scope: 'events:write ledger:read',
      aud: 'kuda',
      iss: first.issuer,
    });
    await second.stop();
  });

  it('publishes no private part', async () => {
    const issuer = await startTokenIssuer();
    const published = await (await fetch(issuer.jwksUrl)).text();
    expect(published).toContain('"kid"');
    expect(published).not.toContain('"d"');
    await issuer.stop();
  });

  it('another issuer has another key', async () => {
    const [one, other] = await Promise.all([startTokenIssuer(), startTokenIssuer()]);
    const token = await one.sign({ sub: 'platform', scopes: [] });
    await expect(jwtVerify(token, createRemoteJWKSet(new URL(other.jwksUrl)))).rejects.toThrow();
    await Promise.all([one.stop(), other.stop()]);
  });
});
