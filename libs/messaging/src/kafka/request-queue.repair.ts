import RequestQueue from 'kafkajs/src/network/requestQueue';

const CHECK_EVERY_MS = 10;

/**
 * The client plans its next look at the waiting requests even when none waits and nothing is throttled: with a wait that
 * is over already, so a thousand times a second on each connection, for ever (kafkajs#1751; about 5 % of a core in
 * an idle service of ours). Here a look is planned only when there is something to look at; whatever is added later
 * plans its own.
 */
export function repairRequestQueue(): void {
  RequestQueue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue): void {
    if (this.throttleCheckTimeoutId) return;
    const throttledMs = this.throttledUntil - Date.now();
    if (throttledMs <= 0 && this.pending.length === 0) return;
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttledMs > 0 ? throttledMs : CHECK_EVERY_MS,
    );
  };
}
