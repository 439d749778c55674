/** The parts of the client's inside that `request-queue.repair.ts` and `encoder.repair.ts` correct. */
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
    writeVarIntBytes(value: Buffer): this;
    writeVarIntString(value: string): this;
  }
  export = Encoder;
}
