import { setTimeout as sleep } from 'node:timers/promises';
import type { Recorded } from '@kuda/ledger-core';
import { problem, ShutdownCoordinator } from '@kuda/service-kit';
import { Injectable, type MessageEvent } from '@nestjs/common';
import { Observable } from 'rxjs';
import { LEDGER_ERROR_CODES } from '../error-codes';
import { AccountQuery } from './account.query';
import { recordView } from './balance.view';

/** Listeners of one process; one more is refused. */
const MAX_LISTENERS = 200;
/** How often each looks for a change (one seek in an index), in milliseconds. */
const LOOK_EVERY_MS = 250;
/** Without a change a sign of life is sent this often, so that a dead connection is found, in milliseconds. */
const HEARTBEAT_EVERY_MS = 15_000;

/** Balances as they change: one event at once, one after each change, and none in between is lost for good. */
@Injectable()
export class BalanceStreams {
  private readonly ending = new AbortController();
  private listeners = 0;

  constructor(
    private readonly accounts: AccountQuery,
    shutdown: ShutdownCoordinator,
  ) {
    shutdown.register('stop-intake', 'balance streams', () => {
      this.ending.abort();
    });
  }

  /** @throws ProblemException (503) when there are too many listeners. */
  follow(userId: string): Observable<MessageEvent> {
    if (this.listeners >= MAX_LISTENERS) throw problem(LEDGER_ERROR_CODES.tooManyListeners);
    return new Observable((subscriber) => {
      this.listeners += 1;
      const gone = new AbortController();
      const signal = AbortSignal.any([gone.signal, this.ending.signal]);
      const send = (event: MessageEvent): void => {
        subscriber.next(event);
      };
      this.run(userId, signal, send)
        .catch((error: unknown) => {
          if (!signal.aborted) subscriber.error(error);
        })
        .finally(() => {
          subscriber.complete();
        });
      return () => {
        this.listeners -= 1;
        gone.abort();
      };
    });
  }

  private async run(userId: string, signal: AbortSignal, send: (event: MessageEvent) => void): Promise<void> {
    let version: bigint | null = null;
    let sentAtMs = 0;
    while (!signal.aborted) {
      const { record, position, shard } = await this.accounts.latest(userId);
      const nowMs = performance.now();
      if (version !== (record?.accountVersion ?? 0n)) {
        send(eventOf(userId, record, { position: position.toString(), shard }));
        version = record?.accountVersion ?? 0n;
        sentAtMs = nowMs;
      } else if (nowMs - sentAtMs >= HEARTBEAT_EVERY_MS) {
        send({ type: 'heartbeat', data: { position: position.toString(), shard } });
        sentAtMs = nowMs;
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal });
    }
  }
}

function eventOf(
  userId: string,
  record: Recorded | null,
  place: { readonly position: string; readonly shard: number },
): MessageEvent {
  const { account_version, balances } = recordView(record);
  return {
    type: 'balance',
    id: account_version,
    data: { user_id: userId, ...place, account_version, balances },
  };
}
