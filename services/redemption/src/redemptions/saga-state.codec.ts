import type { SagaState } from '../domain/saga';
import { packJson, unpackJson } from '../packed-json';

const FORMAT = 1;

interface Packed {
  readonly format: number;
  readonly state: SagaState;
}

/** The packed form beside the log. */
export function packState(state: SagaState): Buffer {
  return Buffer.from(packJson({ format: FORMAT, state } satisfies Packed));
}

/** @throws Error when the state was packed by a newer version of this code */
export function unpackState(bytes: Buffer): SagaState {
  // Written by `packState` alone: the log's role lets nobody else write it.
  const packed = unpackJson(bytes.toString('utf8')) as Packed;
  if (packed.format !== FORMAT) throw new Error(`unknown format of a packed state: ${String(packed.format)}`);
  return packed.state;
}
