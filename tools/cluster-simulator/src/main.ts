import { parseArgs } from 'node:util';
import { DEFAULT_NODES, parseNodeGroups } from './nodes';
import { startClusterSimulator } from './simulator';

const USAGE = `cluster-simulator --kubeconfig-out FILE [--port N] [--clock-origin RFC3339] [--clock-scale N]
  [--nodes name=NODESxGPUS:product,...] [--run-seconds N] [--pull-seconds N] [--state FILE]
`;

function wholeNumber(name: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`--${name} must be a whole number`);
  return Number(text);
}

function instant(text: string | undefined): number {
  if (text === undefined) return Date.now();
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new Error('--clock-origin must be an RFC 3339 instant');
  return ms;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      'kubeconfig-out': { type: 'string' },
      'clock-origin': { type: 'string' },
      'clock-scale': { type: 'string', default: '1' },
      nodes: { type: 'string' },
      'run-seconds': { type: 'string' },
      'pull-seconds': { type: 'string' },
      state: { type: 'string' },
    },
  });
  const kubeconfigPath = values['kubeconfig-out'];
  if (kubeconfigPath === undefined) throw new Error('--kubeconfig-out is missing');
  const scale = Number(values['clock-scale']);
  if (!(scale > 0)) throw new Error('--clock-scale must be a positive number');
  const run = values['run-seconds'];
  const pull = values['pull-seconds'];
  const behaviour = {
    ...(run === undefined ? {} : { runSeconds: wholeNumber('run-seconds', run) }),
    ...(pull === undefined ? {} : { pullSeconds: wholeNumber('pull-seconds', pull) }),
  };
  const simulator = await startClusterSimulator({
    port: wholeNumber('port', values.port),
    kubeconfigPath,
    clockOriginMs: instant(values['clock-origin']),
    clockScale: scale,
    nodes: values.nodes === undefined ? DEFAULT_NODES : parseNodeGroups(values.nodes),
    behaviours: [{ labels: {}, behaviour }],
    stateFile: values.state ?? null,
  });
  process.stdout.write(
    `${JSON.stringify({ ready: true, url: simulator.url, kubeconfig: kubeconfigPath })}\n`,
  );
  const end = (): void => {
    void simulator.stop().then(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exit(2);
});
