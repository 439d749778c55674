import { evaluateQuote, type MemberFacts, type QuoteRequest } from './evaluate-quote';
import type { TrustLevel } from './offer';
import { aMember, aWish, gpuSeconds, HOUR, OFFER, points } from '../test/builders';

function answer(wish: Partial<QuoteRequest>, member: Partial<MemberFacts> = {}): string {
  const result = evaluateQuote(aWish(wish), aMember(member), OFFER);
  return result.type === 'refused' ? result.refusal : result.type;
}

describe('a quote names the first rule that is broken', () => {
  const a100 = { sku: 'gpu.a100', gpuCount: 3, durationSeconds: 24 * HOUR };
  it.each<[string, Partial<QuoteRequest>, Partial<MemberFacts>, string]>([
    ['a SKU nobody knows', { sku: 'gpu.z9' }, {}, 'unknown_sku'],
    ['a SKU not for sale', { sku: 'tpu.v5e' }, {}, 'sku_not_orderable'],
    ['an image nobody knows', { image: 'doom' }, {}, 'unknown_image'],
    [
      'an image too old for the GPU',
      { sku: 'gpu.h100', image: 'tensorflow-2.10-cuda11' },
      {},
      'image_not_for_class',
    ],
    ['an image made for the GPU', { image: 'tensorflow-2.10-cuda11' }, {}, 'priced'],
    ['2 GPUs × 24 h', { ...a100, gpuCount: 2 }, {}, 'priced'],
    ['3 GPUs × 24 h', a100, {}, 'priced'],
    ['4 GPUs × 24 h', { ...a100, gpuCount: 4 }, {}, 'gpu_count_outer_bound'],
    ['3 GPUs × 24 h − 1 s', { ...a100, durationSeconds: 24 * HOUR - 1 }, {}, 'priced'],
    ['3 GPUs × 24 h + 1 s', { ...a100, durationSeconds: 24 * HOUR + 1 }, {}, 'duration_outer_bound'],
    ['3 H100 × 24 h', { ...a100, sku: 'gpu.h100' }, {}, 'priced'],
    ['4 H100 × 24 h', { ...a100, sku: 'gpu.h100', gpuCount: 4 }, {}, 'gpu_count_outer_bound'],
    ['59 seconds', { durationSeconds: 59 }, {}, 'duration_too_short'],
    ['60 seconds', { durationSeconds: 60 }, {}, 'priced'],
    ['144 A100 hours in a week at L3', a100, { rollingGpuSeconds: 72n * 3600n }, 'priced'],
    ['a second more', a100, { rollingGpuSeconds: 72n * 3600n + 1n }, 'rolling_window_used_up'],
    ['T4 beside a full window', { sku: 'gpu.t4' }, { rollingGpuSeconds: 1_000_000n }, 'priced'],
    ['a second session', {}, { liveRedemptions: 1 }, 'priced'],
    ['a third session', {}, { liveRedemptions: 2 }, 'session_limit'],
    ['a milli-point short', {}, { available: [points(2_999n)] }, 'insufficient'],
    ['exactly enough', {}, { available: [points(3_000n)] }, 'priced'],
  ])('%s', (_name, wish, member, expected) => {
    expect(answer(wish, member)).toBe(expected);
  });
});

describe('trust levels', () => {
  type Row = [TrustLevel, string, number, number, string];
  it.each<Row>([
    [0, 'gpu.t4', 1, 4 * HOUR, 'priced'],
    [0, 'gpu.l4', 1, 4 * HOUR, 'priced'],
    [0, 'gpu.t4', 1, 4 * HOUR + 1, 'duration_above_trust'],
    [0, 'gpu.t4', 2, HOUR, 'gpu_count_above_trust'],
    [0, 'gpu.a100', 1, HOUR, 'gpu_class_above_trust'],
    [1, 'gpu.t4', 1, 4 * HOUR, 'priced'],
    [1, 'gpu.a100', 1, 8 * HOUR, 'priced'],
    [1, 'gpu.a100', 1, 8 * HOUR + 1, 'duration_above_trust'],
    [1, 'gpu.a100', 2, HOUR, 'gpu_count_above_trust'],
    [1, 'gpu.h100', 1, HOUR, 'gpu_class_above_trust'],
    [2, 'gpu.a100', 2, 24 * HOUR, 'priced'],
    [2, 'gpu.a100', 3, 24 * HOUR, 'gpu_count_above_trust'],
    [2, 'gpu.h100', 1, HOUR, 'gpu_class_above_trust'],
    [3, 'gpu.h100', 3, 24 * HOUR, 'priced'],
  ])('L%i: %s × %i for %i s is %s', (...row) => {
    const [level, sku, gpuCount, durationSeconds, expected] = row;
    expect(answer({ sku, gpuCount, durationSeconds }, { level })).toBe(expected);
  });

  const welcome = { level: 0 as const, available: [gpuSeconds(18_000n)] };

  it('lets the welcome hours open any class for two hours at a time', () => {
    expect(answer({ sku: 'gpu.h100', durationSeconds: 2 * HOUR }, welcome)).toBe('priced');
    expect(answer({ sku: 'gpu.h100', durationSeconds: 2 * HOUR + 1 }, welcome)).toBe('duration_above_trust');
    expect(answer({ sku: 'gpu.h100', funding: 'points_only' }, welcome)).toBe('gpu_class_above_trust');
  });

  it('keeps a class closed that the hours would pay only in part', () => {
    const available = [gpuSeconds(3_599n), points(100_000n)];
    expect(answer({ sku: 'gpu.a100' }, { level: 0, available })).toBe('gpu_class_above_trust');
  });

  it('holds a user in debt to level 0', () => {
    expect(answer({ sku: 'gpu.a100' }, { debt: 1n })).toBe('gpu_class_above_trust');
  });
});

describe('the story', () => {
  const user = aMember({ level: 1, available: [points(120_000n), gpuSeconds(18_000n)] });

  it('buys 8 hours on one A100 for exactly 120 points', () => {
    const wish = aWish({ sku: 'gpu.a100', durationSeconds: 8 * HOUR, funding: 'points_only' });
    const result = evaluateQuote(wish, user, OFFER);
    expect(result).toMatchObject({ type: 'priced', terms: { held: [points(120_000n)], trustLevel: 1 } });
  });

  it('then pays one T4 hour from the welcome hours', () => {
    const result = evaluateQuote(aWish(), { ...user, available: [gpuSeconds(18_000n)] }, OFFER);
    expect(result).toMatchObject({ type: 'priced', terms: { held: [gpuSeconds(3_600n)] } });
  });
});
