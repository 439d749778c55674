/**
 * What redemption refuses, and why. 1xxx: the request as such; 2xxx: policy and funds; 3xxx: the redemption's state.
 * Codes never change their meaning; `docs/errors.md` is made from this table.
 */
export const REDEMPTION_ERROR_CODES = {
  unknownSku: {
    code: 'KUDA-REDEMPTION-1001',
    status: 422,
    title: 'Unknown SKU',
    cause: 'The catalogue has no such SKU.',
    remedy: 'Choose one of `GET /v1/catalog`.',
  },
  skuNotOrderable: {
    code: 'KUDA-REDEMPTION-1002',
    status: 422,
    title: 'SKU not for sale',
    cause: 'The SKU is listed with its price, but cannot be ordered yet.',
    remedy: 'Choose a SKU of `GET /v1/catalog` with `orderable: true`.',
  },
  unknownImage: {
    code: 'KUDA-REDEMPTION-1003',
    status: 422,
    title: 'Unknown image',
    cause: 'The catalogue has no such image.',
    remedy: 'Choose one of the images of `GET /v1/catalog`, or leave the field out.',
  },
  idempotencyKeyReused: {
    code: 'KUDA-REDEMPTION-1004',
    status: 422,
    title: 'Idempotency-Key used for another request',
    cause: 'The same caller sent the same `Idempotency-Key` with another body before.',
    remedy: 'Send a fresh key with a new request, and the same body with a repeated key.',
  },
  unknownQuote: {
    code: 'KUDA-REDEMPTION-1005',
    status: 422,
    title: 'Unknown quote',
    cause: 'There is no quote of this id.',
    remedy: 'Get a quote with `POST /v1/quotes`.',
  },
  projectionBehind: {
    code: 'KUDA-REDEMPTION-1006',
    status: 503,
    title: 'Balances not that far yet',
    cause: "The user's balances of `min_position` did not arrive from the ledger within the time allowed.",
    remedy: 'Repeat after a second; the position is one that the ledger has answered with.',
  },
  imageNotForClass: {
    code: 'KUDA-REDEMPTION-1007',
    status: 422,
    title: 'Image does not run on this GPU',
    cause: 'The image needs another GPU class: its CUDA version does not support this one.',
    remedy:
      'Choose an image whose `gpu_classes` in `GET /v1/catalog` have the class, or leave the field out.',
  },
  gpuCountOuterBound: {
    code: 'KUDA-REDEMPTION-2001',
    status: 422,
    title: 'More GPUs than one redemption may have',
    cause: 'One redemption is at most 3 GPUs × 24 h, whatever the trust level.',
    remedy: 'Ask for fewer GPUs.',
  },
  durationOuterBound: {
    code: 'KUDA-REDEMPTION-2002',
    status: 422,
    title: 'Longer than one redemption may be',
    cause: 'One redemption is at most 3 GPUs × 24 h, whatever the trust level.',
    remedy: 'Ask for a shorter session.',
  },
  durationTooShort: {
    code: 'KUDA-REDEMPTION-2003',
    status: 422,
    title: 'Shorter than a session may be',
    cause: 'A session below the least duration would round down to nothing.',
    remedy: 'Ask for at least the least duration of the policy (`GET /v1/catalog`).',
  },
  gpuClassAboveTrust: {
    code: 'KUDA-REDEMPTION-2004',
    status: 403,
    title: 'GPU class above the trust level',
    cause:
      "The user's trust level does not have this GPU class; welcome hours open it only when they pay it whole.",
    remedy: 'Choose a smaller class, or a session that the welcome hours pay, at most 2 hours at a time.',
  },
  gpuCountAboveTrust: {
    code: 'KUDA-REDEMPTION-2005',
    status: 403,
    title: 'More GPUs than the trust level may have',
    cause: "The user's trust level has this GPU class, but fewer of them at once.",
    remedy: 'Ask for fewer GPUs.',
  },
  durationAboveTrust: {
    code: 'KUDA-REDEMPTION-2006',
    status: 403,
    title: 'Longer than the trust level may have',
    cause: "The user's trust level has this GPU class, but for a shorter time.",
    remedy: 'Ask for a shorter session.',
  },
  rollingWindowUsedUp: {
    code: 'KUDA-REDEMPTION-2007',
    status: 403,
    title: 'GPU hours of the last days used up',
    cause: 'With this session the user would be above the GPU hours of the rolling window.',
    remedy: 'Wait until earlier sessions leave the window, or ask for less.',
  },
  sessionLimit: {
    code: 'KUDA-REDEMPTION-2008',
    status: 403,
    title: 'Too many sessions at once',
    cause: 'A user has at most one active and one queued session.',
    remedy: 'Wait for a session to end, or cancel one.',
  },
  insufficientPoints: {
    code: 'KUDA-REDEMPTION-2009',
    status: 402,
    title: 'Insufficient points',
    cause:
      'The available balance does not cover the price; `required`, `available` and `shortfall` say by how much.',
    remedy: 'Ask for less, wait for pending points to mature, or fund with GPU hours.',
  },
  quoteExpired: {
    code: 'KUDA-REDEMPTION-3001',
    status: 409,
    title: 'Quote expired',
    cause: 'A quote holds for 10 minutes.',
    remedy: 'Get a new quote.',
  },
  quoteUsed: {
    code: 'KUDA-REDEMPTION-3002',
    status: 409,
    title: 'Quote already redeemed',
    cause: 'Another redemption was made from this quote.',
    remedy: 'Get a new quote for another session.',
  },
  notCancellable: {
    code: 'KUDA-REDEMPTION-3003',
    status: 409,
    title: 'Too late to cancel',
    cause: 'The redemption has ended, or its settlement is on the way.',
    remedy: 'Nothing is left to cancel; `GET /v1/redemptions/{id}` has the outcome.',
  },
  unreadableMessage: {
    code: 'KUDA-REDEMPTION-4001',
    title: 'Unreadable message',
    cause: 'A record on the bus is not the protobuf message that its topic declares.',
    remedy: 'The record is on `redemption.dlq` with its origin; correct the producer.',
  },
  inputFault: {
    code: 'KUDA-REDEMPTION-4002',
    title: 'Message that cannot be recorded',
    cause: 'A message contradicts what the redemption knows, amounts that do not add up for example.',
    remedy: 'The record is on `redemption.dlq` with its origin; compare it with the log of the redemption.',
  },
} as const satisfies Record<
  string,
  { code: string; status?: number; title: string; cause: string; remedy: string }
>;

export type RedemptionErrorName = keyof typeof REDEMPTION_ERROR_CODES;
