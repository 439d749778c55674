import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Progress } from '../console/progress';
import { programOf, SERVICES } from '../stack/services';
import { startStack } from '../stack/stack';
import type { Stack, StackOptions } from '../stack/stack.types';

/** Between the bounds that a whole stack needs on a busy machine of two cores. */
export const STACK_LIMIT_MS = 300_000;

export const silentProgress: Progress = { step: () => undefined, live: () => undefined };

/** A state folder that is removed by `remove`. */
export function temporaryState(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'kuda-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** Runs a test on a stack of its own: real parts, compiled services, stopped whatever the test says. */
export async function withStack(
  options: Partial<StackOptions>,
  test: (stack: Stack) => Promise<void>,
): Promise<void> {
  const missing = SERVICES.filter((service) => !existsSync(programOf(service)));
  if (missing.length > 0)
    throw new Error(`not compiled: ${missing.join(', ')}; run npm test, or tsc --build first`);
  const state = temporaryState();
  // Own parts, whatever the caller's environment has.
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...options.env };
  try {
    const stack = await startStack({ stateDir: state.path, ...options, env });
    try {
      await test(stack);
    } finally {
      await stack.stop();
    }
  } finally {
    if (options.stateDir === undefined) state.remove();
  }
}
