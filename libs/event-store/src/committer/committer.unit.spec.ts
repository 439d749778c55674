import { anAdd, counterPolicy } from '../test/counter-policy';
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
