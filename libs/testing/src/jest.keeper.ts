import type { ServerKeeper } from './server-keeper';

/** Jest loads set-up and tear-down as separate modules, so what must reach from one to the other hangs on the process. */
const KEPT = Symbol.for('kuda.test-servers');

const place: typeof globalThis & { [KEPT]?: ServerKeeper | undefined } = globalThis;

export function keepForTeardown(keeper: ServerKeeper): void {
  place[KEPT] = keeper;
}

/** The keeper of this run, once. */
export function takeKeeper(): ServerKeeper | undefined {
  const keeper = place[KEPT];
  place[KEPT] = undefined;
  return keeper;
}
