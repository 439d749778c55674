import { VERIFIED_FOR_MS, VerifiedTokens } from './verified-tokens';

const PRINCIPAL = { subject: 'platform', scopes: new Set(['events:write']) };

describe('tokens verified a moment ago', () => {
  it('are known until they are to be looked at again, or end', () => {
    const clock = { nowMs: 1_000_000 };
    const tokens = new VerifiedTokens(() => clock.nowMs);
    tokens.remember('long', PRINCIPAL, 1e9);
    tokens.remember('short', PRINCIPAL, 1_010);
    expect([tokens.get('long'), tokens.get('short'), tokens.get('other')]).toEqual([
      PRINCIPAL,
      PRINCIPAL,
      undefined,
    ]);
    clock.nowMs += 10_000;
    expect([tokens.get('long'), tokens.get('short')]).toEqual([PRINCIPAL, undefined]);
    clock.nowMs += VERIFIED_FOR_MS;
    expect(tokens.get('long')).toBeUndefined();
  });

  it('are bounded in number', () => {
    const tokens = new VerifiedTokens(() => 0);
    for (let index = 0; index <= 1_000; index += 1) tokens.remember(String(index), PRINCIPAL, 1);
    expect([tokens.get('0'), tokens.get('1000')]).toEqual([undefined, PRINCIPAL]);
  });
});
