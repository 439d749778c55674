import type { LoggerService } from '@nestjs/common';
import { currentTraceparent } from '@kuda/tracing';
import { pino, type DestinationStream, type Level, type Logger as PinoLogger } from 'pino';
import { redact, redactText } from './redact';

export interface LoggerOptions {
  readonly service: string;
  readonly level: string;
  /** Where the lines go; standard output when omitted. */
  readonly destination?: DestinationStream;
}

/** The trace a line belongs to, from the active span. */
function traceFields(): Record<string, string> {
  const [, traceId, spanId] = currentTraceparent()?.split('-') ?? [];
  return traceId === undefined || spanId === undefined ? {} : { trace_id: traceId, span_id: spanId };
}

/** JSON lines with service, level, time, trace and redacted fields. */
export function createLogger({ service, level, destination }: LoggerOptions): PinoLogger {
  const options = {
    level,
    base: { service },
    mixin: traceFields,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

const LEVELS = {
  fatal: 'fatal',
  error: 'error',
  warn: 'warn',
  log: 'info',
  debug: 'debug',
  verbose: 'trace',
} as const;

/**
 * Nest's logger over pino. Features use Nest's own `Logger`: `logger.log({ streamId }, 'balance read')` or
 * `logger.log('text')`; the last text that Nest appends is the context's name.
 */
export class NestLogger implements LoggerService {
  constructor(private readonly pinoLogger: PinoLogger) {}

  fatal = (message: unknown, ...more: unknown[]): void => this.write(LEVELS.fatal, message, more);
  error = (message: unknown, ...more: unknown[]): void => this.write(LEVELS.error, message, more);
  warn = (message: unknown, ...more: unknown[]): void => this.write(LEVELS.warn, message, more);
  log = (message: unknown, ...more: unknown[]): void => this.write(LEVELS.log, message, more);
  debug = (message: unknown, ...more: unknown[]): void => this.write(LEVELS.debug, message, more);
  verbose = (message: unknown, ...more: unknown[]): void => this.write(LEVELS.verbose, message, more);

  private write(level: Level, message: unknown, more: readonly unknown[]): void {
    if (!this.pinoLogger.isLevelEnabled(level)) return;
    const texts = more.filter((item) => typeof item === 'string');
    const context = texts.at(-1);
    const fields = fieldsOf(message);
    const text = typeof message === 'string' ? message : texts.slice(0, -1).join(' ');
    this.pinoLogger[level]({ ...(context === undefined ? {} : { context }), ...fields }, redactText(text));
  }
}

function fieldsOf(message: unknown): Record<string, unknown> {
  if (typeof message === 'string') return {};
  if (message instanceof Error) return { err: redact(message) };
  const redacted = redact(message);
  return typeof redacted === 'object' && redacted !== null ? { ...redacted } : { value: redacted };
}
