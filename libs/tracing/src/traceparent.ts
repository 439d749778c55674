import {
  context,
  isSpanContextValid,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
  type Context,
  type SpanContext,
} from '@opentelemetry/api';

/** The header that carries a W3C trace context on the bus and over HTTP. */
export const TRACEPARENT_HEADER = 'traceparent';

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** Reads a `traceparent` (W3C Trace Context, version 00); null when it is absent or not one. */
export function parseTraceparent(value: string | null): SpanContext | null {
  const match = value === null ? null : TRACEPARENT.exec(value);
  if (match === null) return null;
  const [, traceId = '', spanId = '', flags = '00'] = match;
  const parsed = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(parsed) ? parsed : null;
}

/** Writes a span context as `traceparent`. */
export function formatTraceparent(span: SpanContext): string {
  const flags = span.traceFlags.toString(16).padStart(2, '0');
  return `00-${span.traceId}-${span.spanId}-${flags}`;
}

/** True when the sender asked for this trace to be kept. */
export function isSampled(span: SpanContext): boolean {
  return (span.traceFlags & TraceFlags.SAMPLED) !== 0;
}

/** A context whose parent is the remote span, or the root. */
export function contextOf(parent: SpanContext | null): Context {
  return parent === null ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
}

/** The `traceparent` of the active span, or null outside of one. */
export function currentTraceparent(): string | null {
  const active = trace.getSpanContext(context.active());
  return active !== undefined && isSpanContextValid(active) ? formatTraceparent(active) : null;
}
