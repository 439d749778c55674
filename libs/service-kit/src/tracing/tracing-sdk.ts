import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';

export interface TracingSettings {
  readonly service: string;
  /** Base URL of an OTLP/HTTP receiver; spans go to `<endpoint>/v1/traces` as protobuf. */
  readonly endpoint: string;
  /** Share of the traces that begin here which are kept, 0 to 1; a parent's choice is followed. */
  readonly ratio: number;
}

/** Spans wait at most this long, in milliseconds, and at most this many; more are dropped, never the service's work. */
const EXPORT_DELAY_MS = 1_000;
const EXPORT_TIMEOUT_MS = 3_000;
const MAX_QUEUED_SPANS = 4_096;

let provider: TracerProvider | undefined;

/** Installs the SDK for this process; once, before anything asks for a tracer. */
export function startTracing({ service, endpoint, ratio }: TracingSettings): void {
  if (provider !== undefined) throw new Error('tracing has been started already');
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/$/, '')}/v1/traces` });
  provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.namespace': 'kuda' }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [
      new BatchSpanProcessor({
        exporter,
        scheduledDelayMillis: EXPORT_DELAY_MS,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
        maxQueueSize: MAX_QUEUED_SPANS,
      }),
    ],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(provider);
}

/** Sends what is queued. The caller bounds the time. */
export async function flushTracing(): Promise<void> {
  await provider?.forceFlush();
}

/** Sends what is queued and takes the SDK out again. */
export async function stopTracing(): Promise<void> {
  const stopping = provider;
  provider = undefined;
  await stopping?.shutdown();
  trace.disable();
  propagation.disable();
  context.disable();
}
