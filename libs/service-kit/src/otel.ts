/**
 * `node --require @kuda/service-kit/otel dist/main.js`: starts tracing before anything else is loaded. Off unless
 * OTEL_EXPORTER_OTLP_ENDPOINT is set. It runs before a service's config.ts, so it reads the environment itself, and
 * it never keeps a service from starting: what is wrong with these variables, config.ts reports.
 */
import { startTracing } from './tracing/tracing-sdk';

const DEFAULT_RATIO = 1;

function serviceName(): string {
  const fromPath = /\/services\/([^/]+)\//.exec(process.argv[1] ?? '')?.[1];
  return process.env['OTEL_SERVICE_NAME'] ?? fromPath ?? 'unknown_service';
}

const endpoint = process.env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '';
const ratio = Number(process.env['OTEL_TRACES_SAMPLER_ARG'] ?? DEFAULT_RATIO);

if (URL.canParse(endpoint)) {
  startTracing({ service: serviceName(), endpoint, ratio: Number.isFinite(ratio) ? ratio : DEFAULT_RATIO });
}
