import { context, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { TracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace';
import { openHop, withBatchHop, withHop } from './hop';
import { currentTraceparent } from './traceparent';

const exporter = new InMemorySpanExporter();
const hop = {
  name: 'record activity',
  file: '/opt/kuda/services/x/dist/intake/a.handler.js',
  kind: SpanKind.CONSUMER,
};
const traceId = (n: number): string => n.toString(16).padStart(32, '0');
const sampled = (n: number): string => `00-${traceId(n)}-00000000000000aa-01`;
const unsampled = (n: number): string => `00-${traceId(n)}-00000000000000aa-00`;

beforeAll(() => {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(
    new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }),
  );
});

beforeEach(() => exporter.reset());

describe('openHop', () => {
  it('makes one span for a batch nobody sampled, and hands every context on unchanged', () => {
    const incoming = [unsampled(1), null, 'not a traceparent'];
    const open = openHop(hop, incoming);
    open.end();
    expect(open.traceparents).toEqual(incoming);
    const spans = exporter.getFinishedSpans();
    expect(spans.map((span) => span.name)).toEqual(['record activity batch']);
    expect(spans[0]?.links).toHaveLength(1);
  });

  it('continues the trace of a sampled message with a span of its own', () => {
    const open = openHop(hop, [unsampled(1), sampled(2)]);
    open.end();
    const own = exporter.getFinishedSpans().find((span) => span.name === 'record activity');
    expect(own?.spanContext().traceId).toBe(traceId(2));
    expect(open.traceparents[1]).toBe(`00-${traceId(2)}-${own?.spanContext().spanId ?? ''}-01`);
    expect(own?.attributes['code.file.path']).toBe('services/x/src/intake/a.handler.ts');
  });

  it('never opens more than 32 message spans, however many are sampled', () => {
    openHop(
      hop,
      Array.from({ length: 500 }, (_, index) => sampled(index + 1)),
    ).end();
    expect(exporter.getFinishedSpans()).toHaveLength(33);
  });
});

describe('withBatchHop', () => {
  it('hands the contexts on, gives back the result and ends every span', async () => {
    const handedOn = await withBatchHop(hop, [unsampled(1), sampled(2)], (own) => Promise.resolve(own));
    expect(handedOn[0]).toBe(unsampled(1));
    expect(handedOn[1]).toContain(traceId(2));
    expect(exporter.getFinishedSpans()).toHaveLength(2);
  });

  it('ends every span with the error and lets the error through', async () => {
    const failing = withBatchHop(hop, [sampled(2)], () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(exporter.getFinishedSpans().map((span) => span.status.code)).toEqual([2, 2]);
  });
});

describe('withHop', () => {
  it('is the active span inside, a child of the given context', async () => {
    const inside = await withHop(hop, sampled(7), (own) => ({ own, active: currentTraceparent() }));
    expect(inside.active).toBe(inside.own);
    expect(exporter.getFinishedSpans()[0]?.spanContext().traceId).toBe(traceId(7));
  });

  it('ends the span with an error and lets the error through', async () => {
    const failing = withHop(hop, null, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(exporter.getFinishedSpans()[0]?.status.code).toBe(2);
  });
});
