import type { ServiceProcess } from './service-process';

const CHECK_EVERY_MS = 1_000;
/** Of one service, over the life of a stack. */
const MAX_RESTARTS = 10;

/** Starts services that ended by themselves again. Returns how to stop watching. */
export function superviseServices(
  services: readonly ServiceProcess[],
  say: (text: string) => void,
): () => Promise<void> {
  const restarts = new Map<string, number>();
  let busy: Promise<void> = Promise.resolve();
  let watching = true;
  const check = async (): Promise<void> => {
    for (const service of services) {
      const count = restarts.get(service.name) ?? 0;
      if (!watching || !service.hasFailed || count >= MAX_RESTARTS) continue;
      restarts.set(service.name, count + 1);
      say(
        `${service.name} ended by itself and is started again; the end of ${service.logFile}:\n${service.logTail()}`,
      );
      await service
        .restart()
        .catch((error: unknown) => say(error instanceof Error ? error.message : String(error)));
    }
  };
  const timer = setInterval(() => {
    busy = busy.then(check);
  }, CHECK_EVERY_MS);
  return () => {
    watching = false;
    clearInterval(timer);
    return busy;
  };
}
