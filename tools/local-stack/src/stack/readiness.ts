import type { ChildServer } from '@kuda/testing';
import { setTimeout as sleep } from 'node:timers/promises';
import { StartFailure } from './stack.types';

const READY_LIMIT_MS = 60_000;
const PROBE_EVERY_MS = 100;
const PROBE_LIMIT_MS = 2_000;

/** Who is asked for a sign of readiness. */
export interface Readiness {
  readonly name: string;
  readonly url: string;
  /** Also ready when it answers so; 2xx always is. */
  readonly alsoStatus?: number;
}

/** Waits until the address answers. Fails with the end of the process's log when it ends or takes too long. */
export async function waitUntilReady(
  { name, url, alsoStatus }: Readiness,
  child: ChildServer,
): Promise<void> {
  const deadline = Date.now() + READY_LIMIT_MS;
  let last = 'no answer yet';
  while (Date.now() < deadline) {
    if (!child.alive())
      throw new StartFailure(`${name} ended at its start. The end of its log:\n${child.logTail()}`);
    const answer = await probe(url, alsoStatus);
    if (answer === undefined) return;
    last = answer;
    await sleep(PROBE_EVERY_MS);
  }
  const seconds = String(READY_LIMIT_MS / 1000);
  throw new StartFailure(
    `${name} is not ready after ${seconds} s (${last}). The end of its log:\n${child.logTail()}`,
  );
}

/** Undefined when it is ready, else what was answered. */
async function probe(url: string, alsoStatus: number | undefined): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(PROBE_LIMIT_MS) });
    const text = await response.text();
    return response.ok || response.status === alsoStatus
      ? undefined
      : `${String(response.status)} ${text.slice(0, 300)}`;
  } catch (error) {
    return error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
  }
}
