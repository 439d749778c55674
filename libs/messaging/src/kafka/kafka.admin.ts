import type { Admin, Kafka } from 'kafkajs';
import { TransientError } from '../ports';

/** One admin connection, opened when first needed. */
export class KafkaAdmin {
  private admin: Promise<Admin> | undefined;

  constructor(private readonly kafka: Kafka) {}

  /** Runs `work` on the connection. A failure is a `TransientError`; unless a broker answered it, we connect anew. */
  async with<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const connecting = (this.admin ??= this.connect());
    try {
      return await work(await connecting);
    } catch (error) {
      const answered = error instanceof Error && error.name === 'KafkaJSProtocolError';
      if (!answered && this.admin === connecting) await this.close();
      const text = error instanceof Error ? error.message : String(error);
      throw new TransientError(`KUDA-BUS-1001 ${text}`, { cause: error });
    }
  }

  private async connect(): Promise<Admin> {
    const admin = this.kafka.admin();
    await admin.connect();
    return admin;
  }

  async close(): Promise<void> {
    const admin = this.admin;
    this.admin = undefined;
    await admin?.then((connected) => connected.disconnect()).catch(() => undefined);
  }
}
