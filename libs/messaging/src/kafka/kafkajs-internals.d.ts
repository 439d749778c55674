/** The parts of the client's inside that `request-queue.repair.ts`, `encoder.repair.ts` and `record.repair.ts` correct. */
declare module 'kafkajs/src/network/requestQueue' {
  class RequestQueue {
    constructor(options: object);
    throttleCheckTimeoutId: NodeJS.Timeout | null;
    throttledUntil: number;
    readonly pending: unknown[];
    checkPendingRequests(): void;
    scheduleCheckPendingRequests(): void;
  }
  export = RequestQueue;
}

declare module 'kafkajs/src/protocol/encoder' {
  class Encoder {
    static nextPowerOfTwo: (value: number) => number;
    buf: Buffer;
    offset: number;
    readonly buffer: Buffer;
    ensureAvailable(length: number): void;
    writeInt8(value: number): this;
    writeVarLong(value: number): this;
    writeVarIntBytes(value: Buffer): this;
    writeVarIntString(value: string): this;
  }
  export = Encoder;
}

declare module 'kafkajs/src/protocol/recordBatch/record/v0' {
  import type Encoder from 'kafkajs/src/protocol/encoder';
  function encodeRecord(record: encodeRecord.WireRecord): Encoder;
  namespace encodeRecord {
    interface WireRecord {
      readonly offsetDelta?: number;
      readonly timestampDelta?: number;
      readonly key: Buffer | string | null;
      readonly value: Buffer | null;
      readonly headers?: Readonly<Record<string, string>>;
    }
  }
  export = encodeRecord;
}
