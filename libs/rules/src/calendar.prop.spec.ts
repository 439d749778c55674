import * as fc from 'fast-check';
import { addLife, calendarOf, dayOf, US_PER_DAY } from './calendar';
import { EMPTY_MEMORY, type RuleMemory } from './memory';
import { packMemory, unpackMemory } from './memory-codec';

const shanghai = calendarOf(480);
const instant = fc.bigInt({ min: -2_000_000_000_000_000n, max: 4_000_000_000_000_000n });
const since1970 = fc.bigInt({ min: 0n, max: 4_000_000_000_000_000n });

/** A memory with one award, and its fork. */
function forked(): readonly [RuleMemory, RuleMemory] {
  const original = EMPTY_MEMORY.fork();
  original.addTotal('s', 'k', 1n);
  return [original, original.fork()];
}

describe('calendar and memory', () => {
  it('a day begins at midnight in Shanghai and lasts 24 hours', () => {
    fc.assert(
      fc.property(instant, (time) => {
        const begin = BigInt(dayOf(shanghai, time)) * US_PER_DAY - shanghai.offsetUs;
        expect(begin <= time && time < begin + US_PER_DAY).toBe(true);
      }),
    );
  });

  it('a life of months keeps the time of day, and its day where the month has it', () => {
    fc.assert(
      fc.property(since1970, fc.integer({ min: 1, max: 120 }), (time, months) => {
        const local = (us: bigint) => new Date(Number((us + shanghai.offsetUs) / 1000n));
        const whole = (time / 1000n) * 1000n;
        const [from, to] = [local(whole), local(addLife(shanghai, whole, { months }))];
        const passed =
          (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
        expect(passed).toBe(months);
        expect(to.getTime() % 86_400_000).toBe(from.getTime() % 86_400_000);
        const lastDay = new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate();
        expect(to.getUTCDate()).toBe(Math.min(from.getUTCDate(), lastDay));
      }),
    );
  });

  it('a memory packs without loss, stays bounded, and a fork leaves the original as it was', () => {
    const award = fc.record({
      day: fc.integer({ min: 0, max: 2_000 }),
      key: fc.oneof(fc.string(), fc.constantFrom('@1', 'a@20', '__proto__')),
      amount: fc.bigInt(1n, 2n ** 60n),
    });
    fc.assert(
      fc.property(fc.array(award, { maxLength: 30 }), (awards) => {
        let memory = EMPTY_MEMORY;
        for (const { day, key, amount } of awards) {
          const packed = JSON.stringify(packMemory(memory));
          const before = memory;
          memory = before.fork();
          memory.addDay('s', { key, day }, amount);
          memory.addTotal('s', key, amount);
          memory.addTime('t', key, { atUs: day * Number(US_PER_DAY), amount, value: amount + 1n });
          memory.put('bests', 'b', key, amount);
          memory.put('streaks', 'k', '', { lastDay: day, days: 3 });
          memory.addMember('m', key, String(day));
          memory.put('values', 'v', key, day / 7);
          memory.recent = [...memory.recent, day * 1_000];
          expect(JSON.stringify(packMemory(before))).toBe(packed);
        }
        const packed = packMemory(memory);
        const again = unpackMemory(JSON.parse(JSON.stringify(packed)) as typeof packed);
        expect(packMemory(again)).toEqual(packed);
        for (const { key, day } of awards) {
          expect(again.total('s', key)).toEqual(memory.total('s', key));
          expect(again.dayTotal('s', key, day)).toEqual(memory.dayTotal('s', key, day));
          expect(again.timesOf('t', key)).toEqual(memory.timesOf('t', key));
          expect(again.get('members', 'm', key)?.list()).toEqual(memory.get('members', 'm', key)?.list());
        }
        expect(again.recent).toEqual(memory.recent);
      }),
    );
    const [original, fork] = forked();
    original.addTotal('s', 'k', 1n);
    fork.addTotal('s', 'k', 5n);
    expect([original.total('s', 'k').amount, fork.total('s', 'k').amount]).toEqual([2n, 6n]);
    const memory = EMPTY_MEMORY.fork();
    for (let day = 0; day < 3_000; day += 1) memory.addDay('s', { key: '', day }, 1n);
    expect([...memory.entries('days')][0]?.[1].size).toBeLessThanOrEqual(513);
  });
});
