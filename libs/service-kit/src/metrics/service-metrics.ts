import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Name and labels of one metric: `kuda_<service>_<what>_<unit>`. Labels must be few and bounded: never an id. */
export interface MetricOptions<Label extends string> {
  readonly what: string;
  /** `total` for counters; `seconds`, `bytes`, `records`, `ratio` … otherwise. */
  readonly unit: string;
  readonly help: string;
  readonly labels?: readonly Label[];
}

export interface HistogramOptions<Label extends string> extends MetricOptions<Label> {
  readonly buckets: readonly number[];
}

/** From a fast read to the longest wait a caller has patience for, in seconds. */
const HTTP_BUCKETS_SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The metrics of one service in a registry of their own, so that several services fit in one test process. */
export class ServiceMetrics {
  private readonly registry = new Registry();
  private readonly prefix: string;
  /** By route template, never by path: the label stays bounded. */
  readonly httpDuration: Histogram<'method' | 'route' | 'status'>;

  constructor(service: string) {
    this.prefix = `kuda_${service.replaceAll('-', '_')}`;
    this.httpDuration = this.histogram({
      what: 'http_request_duration',
      unit: 'seconds',
      help: 'Time from request to response.',
      labels: ['method', 'route', 'status'],
      buckets: HTTP_BUCKETS_SECONDS,
    });
  }

  /** Adds memory, garbage collection and event-loop metrics of the process. */
  collectProcessMetrics(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  counter<Label extends string = never>(options: MetricOptions<Label>): Counter<Label> {
    return new Counter({ ...this.common(options) });
  }

  gauge<Label extends string = never>(options: MetricOptions<Label>): Gauge<Label> {
    return new Gauge({ ...this.common(options) });
  }

  histogram<Label extends string = never>(options: HistogramOptions<Label>): Histogram<Label> {
    return new Histogram({ ...this.common(options), buckets: [...options.buckets] });
  }

  /** All metrics in Prometheus' text format 0.0.4. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  private common<Label extends string>({ what, unit, help, labels = [] }: MetricOptions<Label>) {
    return {
      name: `${this.prefix}_${what}_${unit}`,
      help,
      labelNames: [...labels],
      registers: [this.registry],
    };
  }
}
