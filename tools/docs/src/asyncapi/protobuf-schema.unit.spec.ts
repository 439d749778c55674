import { create, DecisionOutcome, GpuOrderSchema, LedgerRecordSchema, toJson } from '@kuda/contracts';
import { Ajv } from 'ajv';
import { buildAsyncApi } from './asyncapi';

const document = buildAsyncApi();
const ajv = new Ajv({ strict: false, logger: false });
ajv.addSchema({ $id: 'asyncapi', ...document });

function fits(message: string, value: unknown): boolean {
  return ajv.validate<unknown>({ $ref: `asyncapi#/components/schemas/${message}` }, value);
}

describe('payload schemas', () => {
  it("take a message in protobuf's JSON mapping: 64-bit integers as strings, bytes as base64, enums by name", () => {
    const record = create(LedgerRecordSchema, {
      position: 7n,
      userId: 'user-1',
      entries: [{ account: 'user/user-1/available', asset: 'POINT', amount: -2_000n }],
      body: {
        case: 'activityDecided',
        value: {
          dataJson: Buffer.from('{}'),
          decisions: [{ rule: 'login.daily', outcome: DecisionOutcome.AWARDED, amountPaid: 2_000n }],
        },
      },
    });
    expect(fits('kuda.ledger.v1.LedgerRecord', toJson(LedgerRecordSchema, record))).toBe(true);
  });

  it('refuse another type, another enum name and two members of a oneof', () => {
    const placed = toJson(
      GpuOrderSchema,
      create(GpuOrderSchema, { order: { case: 'stopOrder', value: { reason: 'x' } } }),
    );
    expect(fits('kuda.gpu.v1.GpuOrder', placed)).toBe(true);
    expect(fits('kuda.gpu.v1.GpuOrder', { stopOrder: {}, placeOrder: {} })).toBe(false);
    expect(fits('kuda.gpu.v1.PlaceOrder', { gpuCount: 'one' })).toBe(false);
    expect(fits('kuda.gpu.v1.SessionEnded', { end: 'SESSION_END_SOMEHOW' })).toBe(false);
    expect(fits('kuda.ledger.v1.Entry', { amount: 2_000 })).toBe(false);
  });
});
