import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';

/** A span as an OTLP/HTTP receiver gets it; ids in hex. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly service: string;
  readonly file: string;
}

export interface OtlpReceiver {
  readonly endpoint: string;
  readonly spans: readonly ReceivedSpan[];
  stop(): Promise<void>;
}

/** A real receiver of OTLP over HTTP with protobuf bodies. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const bytes = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
      if (request.url === '/v1/traces') spans.push(...decodeTraces(bytes));
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${String(port)}`,
    spans,
    stop: () =>
      new Promise((stopped) => {
        server.close(() => {
          stopped();
        });
        server.closeAllConnections();
      }),
  };
}

/** The length-delimited fields of a message, by number; the others are not needed here. */
function fieldsOf(bytes: Uint8Array): ReadonlyMap<number, readonly Uint8Array[]> {
  const reader = new BinaryReader(bytes);
  const fields = new Map<number, Uint8Array[]>();
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (wireType === WireType.LengthDelimited) {
      fields.set(number, [...(fields.get(number) ?? []), reader.bytes()]);
    } else {
      reader.skip(wireType, number);
    }
  }
  return fields;
}

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('utf8');
const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('hex');

/** KeyValue { string key = 1; AnyValue value = 2 { string string_value = 1 } } */
function attribute(attributes: readonly Uint8Array[], name: string): string {
  const found = attributes.map(fieldsOf).find((pair) => text(pair.get(1)?.[0]) === name);
  const value = found?.get(2)?.[0];
  return value === undefined ? '' : text(fieldsOf(value).get(1)?.[0]);
}

/** ExportTraceServiceRequest: resource_spans = 1 { resource = 1 { attributes = 1 }, scope_spans = 2 { spans = 2 } } */
function decodeTraces(bytes: Uint8Array): readonly ReceivedSpan[] {
  return (fieldsOf(bytes).get(1) ?? []).map(fieldsOf).flatMap((resourceSpans) => {
    const resource = fieldsOf(resourceSpans.get(1)?.[0] ?? new Uint8Array());
    const service = attribute(resource.get(1) ?? [], 'service.name');
    const scopes = (resourceSpans.get(2) ?? []).map(fieldsOf);
    return scopes.flatMap((scope) =>
      (scope.get(2) ?? []).map(fieldsOf).map((span) => decodeSpan(span, service)),
    );
  });
}

/** Span: trace_id = 1, span_id = 2, parent_span_id = 4, name = 5, attributes = 9 */
function decodeSpan(span: ReturnType<typeof fieldsOf>, service: string): ReceivedSpan {
  return {
    traceId: hex(span.get(1)?.[0]),
    spanId: hex(span.get(2)?.[0]),
    parentSpanId: hex(span.get(4)?.[0]),
    name: text(span.get(5)?.[0]),
    service,
    file: attribute(span.get(9) ?? [], 'code.file.path'),
  };
}

/** The way to a span from the first span that was received of its trace: what called what. */
export function chainTo(spanId: string, spans: readonly ReceivedSpan[]): readonly ReceivedSpan[] {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const chain: ReceivedSpan[] = [];
  for (let span = byId.get(spanId); span !== undefined; span = byId.get(span.parentSpanId))
    chain.unshift(span);
  return chain;
}

/** The files of a chain in order, a file that follows itself named once. */
export function filesOf(chain: readonly ReceivedSpan[]): readonly string[] {
  return chain.map(({ file }) => file).filter((file, index, all) => file !== '' && file !== all[index - 1]);
}
