import {
  context,
  isSpanContextValid,
  SpanStatusCode,
  trace,
  type Attributes,
  type Span,
  type SpanKind,
} from '@opentelemetry/api';
import { contextOf, formatTraceparent, isSampled, parseTraceparent } from './traceparent';

/** One step on an event's way: what ARCHITECTURE.md's hop table lists, and what a trace shows. */
export interface Hop {
  readonly name: string;
  /** `__filename` of the step; recorded as `code.file.path`, relative to the repository, as the source file. */
  readonly file: string;
  readonly kind: SpanKind;
  readonly attributes?: Attributes;
}

/** The spans of one batch. */
export interface OpenHop {
  /** For each input, the context to hand on: its own span where one was opened, else what came in. */
  readonly traceparents: readonly (string | null)[];
  end(error?: unknown): void;
}

/**
 * A batch has one span with links, not a span per message (500 messages would make 1,001 spans). Messages whose
 * sender sampled them get a span in their own trace too, so that it can be followed hop by hop; both are bounded.
 */
const MAX_SPANS_PER_BATCH = 32;

const tracer = trace.getTracer('kuda');

/** `/any/where/services/x/dist/a.js` becomes `services/x/src/a.ts`: the name a reader can open. */
function sourcePath(file: string): string {
  const inRepository = /(?:^|\/)((?:libs|services|tools)\/[^/]+\/)(?:dist|src)\/(.*)\.[jt]s$/.exec(file);
  return inRepository === null ? file : `${inRepository[1] ?? ''}src/${inRepository[2] ?? ''}.ts`;
}

function attributesOf(hop: Hop): Attributes {
  return { 'code.file.path': sourcePath(hop.file), ...hop.attributes };
}

function endSpan(span: Span, error: unknown): void {
  if (error !== undefined) {
    span.recordException(error instanceof Error ? error : new Error('not an Error was thrown'));
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

/** Opens the spans of a batch whose inputs carry these trace contexts. */
export function openHop(hop: Hop, traceparents: readonly (string | null)[]): OpenHop {
  const parents = traceparents.map(parseTraceparent);
  const known = parents.filter((parent) => parent !== null);
  const options = { kind: hop.kind, attributes: attributesOf(hop) };
  const links = known.slice(0, MAX_SPANS_PER_BATCH).map((parent) => ({ context: parent }));
  const batchSpan = tracer.startSpan(`${hop.name} batch`, {
    ...options,
    attributes: { ...options.attributes, 'messaging.batch.message_count': traceparents.length },
    links,
    root: true,
  });
  const spans: Span[] = [batchSpan];
  const outgoing = traceparents.map((incoming, index) => {
    const parent = parents[index] ?? null;
    if (parent === null || !isSampled(parent) || spans.length > MAX_SPANS_PER_BATCH) return incoming;
    const span = tracer.startSpan(hop.name, options, contextOf(parent));
    spans.push(span);
    return isSpanContextValid(span.spanContext()) ? formatTraceparent(span.spanContext()) : incoming;
  });
  return {
    traceparents: outgoing,
    end: (error) => {
      for (const span of spans) endSpan(span, error);
    },
  };
}

/** Runs one step of a batch; `fn` gets, for each input, the `traceparent` to hand on. */
export async function withBatchHop<T>(
  hop: Hop,
  traceparents: readonly (string | null)[],
  fn: (traceparents: readonly (string | null)[]) => Promise<T>,
): Promise<T> {
  const open = openHop(hop, traceparents);
  try {
    const result = await fn(open.traceparents);
    open.end();
    return result;
  } catch (error) {
    open.end(error);
    throw error;
  }
}

/** Runs one step of one trace; `fn` gets the `traceparent` to hand on. Without a parent the active span is it. */
export async function withHop<T>(
  hop: Hop,
  traceparent: string | null,
  fn: (traceparent: string | null) => Promise<T> | T,
): Promise<T> {
  const parent = parseTraceparent(traceparent);
  const parentContext = parent === null ? context.active() : contextOf(parent);
  const span = tracer.startSpan(hop.name, { kind: hop.kind, attributes: attributesOf(hop) }, parentContext);
  const own = isSpanContextValid(span.spanContext()) ? formatTraceparent(span.spanContext()) : traceparent;
  try {
    const result = await context.with(trace.setSpan(parentContext, span), () => fn(own));
    endSpan(span, undefined);
    return result;
  } catch (error) {
    endSpan(span, error);
    throw error;
  }
}
