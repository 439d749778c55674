import { LogUnavailableError } from '@kuda/event-store';
import { INGEST_ERROR_CODES } from '../error-codes';
import { Admission, ADMISSION_WAIT_MS, MAX_WAITING_COMMANDS, MAX_WAITING_REQUESTS } from './admission';

const OVERLOADED = {
  problem: INGEST_ERROR_CODES.overloaded,
  details: { headers: { 'retry-after': '1' } },
};
const done = (): Promise<string> => Promise.resolve('done');

describe('admission of requests', () => {
  it('lets a request in while the queue has room, to the last place', async () => {
    const admission = new Admission({ queued: MAX_WAITING_COMMANDS - 100 });
    await expect(admission.run(100, done)).resolves.toBe('done');
  });

  it('refuses a request that would not fit after a short wait, with 503 and Retry-After', async () => {
    const admission = new Admission({ queued: MAX_WAITING_COMMANDS - 99 });
    const started = Date.now();
    await expect(admission.run(100, done)).rejects.toMatchObject(OVERLOADED);
    expect(Date.now() - started).toBeGreaterThanOrEqual(ADMISSION_WAIT_MS - 20);
  });

  it('lets a waiting request in as soon as the log has caught up', async () => {
    const backlog = { queued: MAX_WAITING_COMMANDS };
    const running = new Admission(backlog).run(1, done);
    backlog.queued = 0;
    await expect(running).resolves.toBe('done');
  });

  it('refuses at once when too many requests wait already', async () => {
    const backlog = { queued: MAX_WAITING_COMMANDS };
    const admission = new Admission(backlog);
    const waiting = Array.from({ length: MAX_WAITING_REQUESTS }, () => admission.run(1, done));
    await expect(admission.run(1, done)).rejects.toMatchObject(OVERLOADED);
    backlog.queued = 0;
    await expect(Promise.all(waiting)).resolves.toHaveLength(MAX_WAITING_REQUESTS);
  });

  it('answers 503 where the log is away, and hands other errors on', async () => {
    const admission = new Admission({ queued: 0 });
    const away = new LogUnavailableError('KUDA-LOG-1005', 'away');
    await expect(admission.run(1, () => Promise.reject(away))).rejects.toMatchObject(OVERLOADED);
    const fault = new Error('fault');
    await expect(admission.run(1, () => Promise.reject(fault))).rejects.toBe(fault);
  });
});
