import {
  firstOutcome,
  type CommandEnvelope,
  type Committer,
  type SqlPool,
  type StoredEntry,
} from '@kuda/event-store';
import { HTTP_ERROR_CODES, problem, type ProblemException } from '@kuda/service-kit';
import { withHop } from '@kuda/tracing';
import { Inject, Injectable } from '@nestjs/common';
import { SpanKind } from '@opentelemetry/api';
import { randomUUIDv7 } from 'node:crypto';
import { REDEMPTION_ERROR_CODES } from '../error-codes';
import { RedemptionMetrics } from '../redemption.metrics';
import { QuoteStore, type StoredQuote } from '../quotes/quote.store';
import { decodeStep } from './decode-step';
import { COMMITTER, LOG_POOL } from './ports';
import { recordOne } from './record-one';
import { requestedResource } from './requested.resource';
import type { RedemptionResource } from './redemption.resource';
import { fingerprintOf, streamOf, type SagaCommand } from './saga-command';

export interface RedemptionRequest {
  readonly quoteId: string;
  readonly idempotencyKey: string;
  /** Who calls: keys of different callers never meet. */
  readonly caller: string;
  readonly traceparent: string | null;
}

export interface RequestAnswer {
  readonly resource: RedemptionResource;
  /** The same request had been answered before; this is the same answer. */
  readonly isReplay: boolean;
}

/** Starts a redemption. The key's memory is the log itself: the command id is made of it, the first outcome stays. */
@Injectable()
export class RequestRedemptionHandler {
  constructor(
    @Inject(COMMITTER) private readonly committer: Committer<SagaCommand>,
    @Inject(LOG_POOL) private readonly log: SqlPool,
    private readonly quotes: QuoteStore,
    private readonly metrics: RedemptionMetrics,
  ) {}

  /** @throws ProblemException for a refusal, which is remembered like a success */
  request(request: RedemptionRequest): Promise<RequestAnswer> {
    const hop = { name: 'request redemption', file: __filename, kind: SpanKind.INTERNAL };
    return withHop(hop, request.traceparent, (traceparent) => this.record(request, traceparent));
  }

  private async record(request: RedemptionRequest, traceparent: string | null): Promise<RequestAnswer> {
    // Encoded, so that no caller's name runs into another one's key.
    const commandId = `request:${encodeURIComponent(request.caller)}:${request.idempotencyKey}`;
    const fingerprint = fingerprintOf(request.quoteId);
    const known = await firstOutcome(this.log, commandId);
    if (known !== null) return answerTo(known, { fingerprint, isReplay: true });

    const quote = await this.quotes.find(request.quoteId);
    if (quote === null) throw problem(REDEMPTION_ERROR_CODES.unknownQuote);
    const envelope = { ...envelopeOf(quote), commandId, fingerprint, traceparent };
    const { status, entry } = await recordOne(this.committer, envelope);
    const isReplay = status !== 'recorded';
    if (!isReplay) this.metrics.stepped(entry.kind);
    return answerTo(entry, { fingerprint, isReplay });
  }
}

function envelopeOf(
  quote: StoredQuote,
): Pick<CommandEnvelope<SagaCommand>, 'streamId' | 'command' | 'input'> {
  const redemptionId = randomUUIDv7();
  const { terms, expiresAtUs } = quote;
  const input = { type: 'request', terms, quoteExpiresAtUs: expiresAtUs } as const;
  return {
    streamId: streamOf(redemptionId),
    command: { redemptionId, userId: terms.userId, input },
    input: null,
  };
}

interface Asked {
  readonly fingerprint: Buffer;
  readonly isReplay: boolean;
}

/** The answer that an entry stands for: the same bytes each time it is asked. */
function answerTo(entry: StoredEntry, { fingerprint, isReplay }: Asked): RequestAnswer {
  if (!entry.fingerprint.equals(fingerprint)) throw problem(REDEMPTION_ERROR_CODES.idempotencyKeyReused);
  const { at, step } = decodeStep(entry.payload);
  switch (step.type) {
    case 'redemption_requested':
      return { resource: requestedResource(at, step.order, entry.position), isReplay };
    case 'redemption_refused':
      throw refusalOf(step.code, isReplay);
    default:
      throw problem(HTTP_ERROR_CODES.internal);
  }
}

function refusalOf(code: string, isReplay: boolean): ProblemException {
  const { quoteExpired, quoteUsed, rollingWindowUsedUp, sessionLimit } = REDEMPTION_ERROR_CODES;
  const known = [quoteExpired, quoteUsed, rollingWindowUsedUp, sessionLimit].find(
    (candidate) => candidate.code === code,
  );
  const headers = isReplay ? { 'idempotent-replayed': 'true' } : {};
  return problem(known ?? HTTP_ERROR_CODES.internal, { headers });
}
