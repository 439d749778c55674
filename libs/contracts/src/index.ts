export * from './gen/kuda/activity/v1/activity_pb';
export * from './gen/kuda/gpu/v1/orders_pb';
export * from './gen/kuda/gpu/v1/sessions_pb';
export * from './gen/kuda/ledger/v1/balances_pb';
export * from './gen/kuda/ledger/v1/commands_pb';
export * from './gen/kuda/ledger/v1/events_pb';
export * from './gen/kuda/redemption/v1/redemption_pb';
export * from './topics';
export { create, fromBinary, toBinary, toJson, toJsonString } from '@bufbuild/protobuf';
