import { createHash } from 'node:crypto';
import type { CommandEnvelope, DecisionPolicy, InputOffset } from '../ports';

/** A toy ledger: adds to a counter, refuses to go below zero, and may want attention at a time. */
export type CounterCommand =
  | { readonly type: 'add'; readonly amount: bigint; readonly dueAtUs?: bigint; readonly text?: string }
  | { readonly type: 'mature' }
  | { readonly type: 'throw' };

export interface CounterState {
  readonly total: bigint;
  /** Ledger times at which one is added. */
  readonly due: readonly bigint[];
}

export interface CounterCommandOptions {
  readonly stream?: string | null;
  readonly amount?: bigint;
  readonly dueAtUs?: bigint;
  readonly text?: string;
  readonly input?: InputOffset;
  readonly traceparent?: string;
}

export function envelope(
  commandId: string,
  streamId: string | null,
  command: CounterCommand,
  input: InputOffset | null = null,
): CommandEnvelope<CounterCommand> {
  const content = Object.entries(command).map(([name, value]) => `${name}=${String(value)}`);
  const fingerprint = createHash('sha256')
    .update(`${streamId ?? ''}\n${content.join('\n')}`)
    .digest();
  return { commandId, fingerprint, streamId, command, input, traceparent: null };
}

export function anAdd(
  commandId: string,
  options: CounterCommandOptions = {},
): CommandEnvelope<CounterCommand> {
  const { amount = 1n, dueAtUs, text } = options;
  const command: CounterCommand = {
    type: 'add',
    amount,
    ...(dueAtUs === undefined ? {} : { dueAtUs }),
    ...(text === undefined ? {} : { text }),
  };
  const made = envelope(commandId, options.stream === undefined ? 'counter-1' : options.stream, command);
  return { ...made, input: options.input ?? null, traceparent: options.traceparent ?? null };
}

function parse(bytes: Buffer): CounterState {
  const [total = '0', ...due] = bytes.toString('utf8').split(' ');
  return { total: BigInt(total), due: due.map(BigInt) };
}

/** The policy of the toy ledger; `overrides` change one part of it. */
export function counterPolicy(
  overrides: Partial<DecisionPolicy<CounterCommand, CounterState, null>> = {},
): DecisionPolicy<CounterCommand, CounterState, null> {
  return {
    initialState: () => ({ total: 0n, due: [] }),
    encodeState: (state) => ({
      bytes: Buffer.from([state.total, ...state.due].join(' ')),
      dueAtUs: state.due[0] ?? null,
    }),
    decodeState: parse,
    prepare: () => Promise.resolve(null),
    decide: (state, { command }, facts) => {
      switch (command.type) {
        case 'throw':
          throw new Error('the decision is broken');
        case 'mature':
          return {
            kind: 'Matured',
            payload: Buffer.from(`${String(state.total + 1n)}@${String(facts.position)}`),
            state: { total: state.total + 1n, due: state.due.slice(1) },
            totals: [{ key: 'matured', amount: 1n }],
          };
        case 'add': {
          const total = state.total + command.amount;
          if (total < 0n)
            return { kind: 'Refused', payload: Buffer.from(String(state.total)), state, totals: [] };
          const due = command.dueAtUs === undefined ? state.due : [...state.due, command.dueAtUs];
          const text = command.text ?? `${String(total)}@${String(facts.position)}`;
          return {
            kind: 'Added',
            payload: Buffer.from(text),
            state: { total, due: due.toSorted((a, b) => Number(a - b)) },
            totals: [{ key: 'sum', amount: command.amount }],
          };
        }
      }
    },
    due: (streamId, state, nowUs) => {
      const [next] = state.due;
      if (next === undefined || next > nowUs) return null;
      return envelope(`due/${streamId}/${String(next)}/${String(state.due.length)}`, streamId, {
        type: 'mature',
      });
    },
    onRepeat: () => null,
    ...overrides,
  };
}
