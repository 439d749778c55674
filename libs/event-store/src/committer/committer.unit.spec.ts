import { eventually } from '@kuda/testing';
import { anAdd, counterPolicy, envelope } from '../test/counter-policy';
import { memoryCommitter } from '../test/memory-committer';
import { MemoryStore } from '../test/memory-store';
import { MAX_QUEUED_COMMANDS } from './limits';

describe('the commit loop', () => {
  test('answers a caller who submits the moment the last answer is there', async () => {
    const committer = await memoryCommitter(new MemoryStore());
    for (let round = 0; round < 50; round += 1) {
      await committer.submit(round % 3 === 0 ? [] : [anAdd(`a${String(round)}`)]);
      // Each delay in microtasks is another place in the loop's end.
      for (let tick = 0; tick < round % 10; tick += 1) await Promise.resolve();
    }
    expect(committer.position).toBe(33n);
  });

  test('takes whatever is queued, up to 512 commands, in one append', async () => {
    const store = new MemoryStore();
    const committer = await memoryCommitter(store);
    const submits = Array.from({ length: 1_100 }, (_, index) =>
      committer.submit([anAdd(`a${String(index)}`)]),
    );
    await Promise.all(submits);
    expect(store.entries).toHaveLength(1_100);
    // The first command found the loop idle; what queued up behind it went in full batches.
    expect(store.appends).toBe(4);
  });

  test('decides the next batch while one is being committed, on the state that it will leave', async () => {
    const store = new MemoryStore();
    const log: string[] = [];
    const append = store.append.bind(store);
    const lookup = store.firstOutcomes.bind(store);
    let committing = Promise.withResolvers<undefined>();
    store.append = async (batch) => {
      log.push(`append ${batch.entries.map((entry) => entry.commandId).join(' ')}`);
      await committing.promise;
      return append(batch);
    };
    store.firstOutcomes = (ids) => {
      log.push(`look up ${ids.join(' ')}`);
      return lookup(ids);
    };
    const committer = await memoryCommitter(store, { policy: counterPolicy({ decidesAhead: true }) });
    const first = committer.submit([anAdd('a', { amount: 5n })]);
    await eventually(() => expect(log).toContain('append a'));
    const second = committer.submit([anAdd('b', { amount: -5n }), anAdd('a', { amount: 5n })]);
    const third = committer.submit([anAdd('c', { amount: -1n })]);
    await eventually(() => expect(log).toContain('look up b a'));
    expect(committer.position).toBe(0n);
    committing.resolve(undefined);
    committing = Promise.withResolvers();
    committing.resolve(undefined);
    const outcomes = (await Promise.all([first, second, third])).flat();
    expect(outcomes.map(({ status }) => status)).toEqual(['recorded', 'recorded', 'repeated', 'recorded']);
    expect(store.entries.map(({ kind }) => kind)).toEqual(['Added', 'Added', 'Refused']);
    expect(log).toEqual(['look up a', 'append a', 'look up b a', 'append b', 'look up c', 'append c']);
  });

  test('puts a faulted command aside before its sender is answered or anything behind it is appended', async () => {
    const store = new MemoryStore();
    const told: string[] = [];
    let failures = 2;
    const committer = await memoryCommitter(store, {
      onFault: ({ commandId }, outcome) => {
        failures -= 1;
        if (failures >= 0) {
          return Promise.reject(Object.assign(new Error('no broker'), { name: 'TransientError' }));
        }
        told.push(`${commandId} ${outcome.status} behind ${String(store.entries.length)}`);
        return Promise.resolve();
      },
    });
    const broken = envelope('bad', 'counter-1', { type: 'throw' });
    const outcomes = await committer.submit([anAdd('a'), broken, anAdd('b')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['recorded', 'faulted', 'recorded']);
    expect(told).toEqual(['bad faulted behind 1']);
    const input = { topic: 'in.v1', partition: 0, offset: 7n };
    await committer.submit([anAdd('c'), anAdd('a', { amount: 9n, input }), anAdd('d')]);
    expect(told).toEqual(['bad faulted behind 1', 'a conflict behind 2']);
    expect(store.next.get('in.v1/0')?.nextOffset).toBe(8n);
  });

  test('a command that cannot be put aside ends the writer, and is not answered', async () => {
    const fatal: Error[] = [];
    const store = new MemoryStore();
    const committer = await memoryCommitter(store, {
      onFault: () => Promise.reject(new Error('no such topic')),
      onFatal: (error) => fatal.push(error),
    });
    const broken = envelope('bad', 'counter-1', { type: 'throw' });
    await expect(committer.submit([anAdd('a'), broken, anAdd('b')])).rejects.toThrow('no such topic');
    expect(store.entries.map((entry) => entry.commandId)).toEqual(['a']);
    expect(fatal).toHaveLength(1);
  });

  test('refuses what does not fit into the queue, and nothing else', async () => {
    const store = new MemoryStore();
    const committer = await memoryCommitter(store);
    const first = committer.submit([anAdd('a')]);
    const tooMany = Array.from({ length: MAX_QUEUED_COMMANDS + 1 }, () => anAdd('b'));
    await expect(committer.submit(tooMany)).rejects.toMatchObject({
      name: 'TransientError',
      code: 'KUDA-LOG-1006',
    });
    await first;
    expect(store.entries).toHaveLength(1);
  });

  test('a transient failure of prepare is tried again, a defect of it belongs to the command', async () => {
    let failures = 2;
    const policy = counterPolicy({
      prepare: (commands) => {
        failures -= 1;
        if (failures >= 0) throw Object.assign(new Error('away'), { name: 'TransientError' });
        if (commands.some((each) => each.commandId === 'bad'))
          throw new TypeError('undefined is not a function');
        return Promise.resolve(null);
      },
    });
    const committer = await memoryCommitter(new MemoryStore(), { policy });
    const outcomes = await committer.submit([anAdd('a'), anAdd('bad'), anAdd('c')]);
    expect(outcomes.map(({ status }) => status)).toEqual(['recorded', 'faulted', 'recorded']);
    expect(outcomes[1]).toMatchObject({
      code: 'KUDA-LOG-1004',
      detail: 'KUDA-LOG-1004: undefined is not a function',
    });
  });

  test('a broken installation ends the writer, for everybody waiting', async () => {
    const store = new MemoryStore();
    const fatal: Error[] = [];
    const committer = await memoryCommitter(store, { onFatal: (error) => fatal.push(error) });
    const broken = Object.assign(new Error('function append_batch does not exist'), { code: '42883' });
    store.append = () => Promise.reject(broken);
    const waiting = [committer.submit([anAdd('a')]), committer.submit([anAdd('b')])];
    expect(await Promise.allSettled(waiting)).toEqual(
      waiting.map(() => ({ status: 'rejected', reason: broken })),
    );
    await expect(committer.submit([anAdd('c')])).rejects.toBe(broken);
    expect(fatal).toEqual([broken]);
  });

  test('nothing is taken before the start', async () => {
    const committer = await memoryCommitter(new MemoryStore());
    await committer.stop();
    await expect(committer.submit([anAdd('a')])).rejects.toMatchObject({ code: 'KUDA-LOG-1013' });
  });
});
