/** A process to be killed: waits, warm, for its order, then lives until it is done or dies. */
import type { LifeOrder, Report } from './child/protocol';
import { live } from './child/life';

/** How a process ends that may not go on: fenced, or given up. */
const EXIT_FATAL = 3;

function tell(report: Report): void {
  process.send?.(report);
}

function fatal(error: Error): void {
  const report: Report = { type: 'fatal', name: error.name, message: error.message };
  process.send?.(report, () => process.exit(EXIT_FATAL));
}

// Whoever gave the order is gone.
process.on('disconnect', () => process.exit(0));

process.once('message', (order: LifeOrder) => {
  live(order, tell, fatal).then(
    () => process.disconnect(),
    (error: unknown) => fatal(error instanceof Error ? error : new Error(String(error))),
  );
});

async function warmUp(): Promise<void> {
  if (process.env['KUDA_CRASH_WARM'] === 'bus') await import('@kuda/messaging');
  tell({ type: 'ready' });
}
void warmUp();
