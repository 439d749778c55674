import { mkdtempSync, readFileSync, rmSync, writeFileSync, cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadOfferBook } from './load-offer';

const DATA = join(__dirname, '..', '..', 'data');

describe('the offer', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'kuda-offer-'));
    cpSync(DATA, directory, { recursive: true });
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function change(name: string, from: string, to: string): void {
    const path = join(directory, name);
    writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
  }

  it('is the one of DOMAIN, known by its hashes', () => {
    const { current } = loadOfferBook();
    expect(current.priceBook.milliPointsPerHour.get('gpu.a100')).toBe(15_000n);
    expect(current.catalog.items.filter((item) => item.orderable).map((item) => item.sku)).toEqual([
      'gpu.t4',
      'gpu.l4',
      'gpu.a100',
      'gpu.h100',
    ]);
    expect(current.policy.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['"gpu_count": 3, "duration_seconds": 86400 }', '"gpu_count": 4, "duration_seconds": 86400 }'],
    ['"gpu_count": 3, "duration_seconds": 86400 }', '"gpu_count": 3, "duration_seconds": 86401 }'],
    ['"gpu_count": 2', '"gpu_count": 4'],
  ])('is refused when a policy raises the outer bound (%s → %s)', (from, to) => {
    change('policy-2026-01.json', from, to);
    expect(() => loadOfferBook(directory)).toThrow('outer bound');
  });

  it('is refused with a member that nobody reads', () => {
    change('policy-2026-01.json', '"min_duration_seconds"', '"least_duration": 1, "min_duration_seconds"');
    expect(() => loadOfferBook(directory)).toThrow('least_duration');
  });

  it('may have a policy that lowers the outer bound; the newest version is in force, older ones stay known', () => {
    const lower = readFileSync(join(directory, 'policy-2026-01.json'), 'utf8')
      .replace('policy-2026-01', 'policy-2026-02')
      .replace('"gpu_count": 3', '"gpu_count": 1');
    writeFileSync(join(directory, 'policy-2026-02.json'), lower);
    const book = loadOfferBook(directory);
    expect(book.current.policy.outerBound.gpuCount).toBe(1);
    expect(book.policyOf('policy-2026-01').outerBound.gpuCount).toBe(3);
    expect(() => book.policyOf('policy-2025-01')).toThrow('no policy');
  });
});
