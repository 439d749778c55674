import { setImmediate as turn } from 'node:timers/promises';
import { cpuMeter, type CpuMeter } from '../../frame/cpu';
import { Latencies } from '../../frame/latency';

/** A closed loop: `inFlight` senders, each with one command at a time. */
export interface Drive<Command> {
  /** The next command, or undefined when there are no more. */
  readonly next: (index: number) => Command | undefined;
  readonly submit: (command: Command) => Promise<void>;
  readonly inFlight: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly serverPid: number;
}

export interface Driven {
  readonly opsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor microseconds a command, of this process (producer included) and of the server. */
  readonly nodeUs: number;
  readonly serverUs: number;
}

function cpuOf(measured: { readonly meter: CpuMeter; readonly from: number } | null, sent: number) {
  if (measured === null) return { nodeUs: 0, serverUs: 0 };
  const { nodeUs, serverUs } = measured.meter.read();
  const commands = sent - measured.from;
  return { nodeUs: nodeUs / commands, serverUs: serverUs / commands };
}

/** Sends for `warmUpSeconds` and then measures for `seconds`; fails with the first command that fails. */
export async function drive<Command>(options: Drive<Command>): Promise<Driven> {
  const { submit, inFlight } = options;
  const latencies = new Latencies();
  const measureFrom = performance.now() + options.warmUpSeconds * 1_000;
  const until = measureFrom + options.seconds * 1_000;
  let sent = 0;
  let lastAt = measureFrom;
  let measured: { readonly meter: CpuMeter; readonly from: number } | null = null;
  const sender = async (): Promise<void> => {
    for (;;) {
      const sentAt = performance.now();
      if (sentAt >= until) return;
      if (sentAt >= measureFrom) measured ??= { meter: cpuMeter(options.serverPid), from: sent };
      const command = options.next(sent);
      if (command === undefined) throw new Error(`${String(sent)} commands were not enough: more per second`);
      sent += 1;
      await submit(command);
      const doneAt = performance.now();
      if (sentAt < measureFrom || doneAt > until) continue;
      latencies.record(doneAt - sentAt);
      lastAt = doneAt;
    }
  };
  await turn();
  await Promise.all(Array.from({ length: inFlight }, sender));
  const { nodeUs, serverUs } = cpuOf(measured, sent);
  const measuredSeconds = (lastAt - measureFrom) / 1_000;
  return {
    opsPerSecond: latencies.count / measuredSeconds,
    p50Ms: latencies.percentileMs(50),
    p99Ms: latencies.percentileMs(99),
    nodeUs,
    serverUs,
  };
}
