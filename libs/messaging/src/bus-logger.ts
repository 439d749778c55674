import { Logger } from '@nestjs/common';

/** Structured lines: fields first, then the sentence. pino's loggers are of this shape. */
export interface BusLogger {
  debug(fields: object, text: string): void;
  info(fields: object, text: string): void;
  warn(fields: object, text: string): void;
  error(fields: object, text: string): void;
}

/** Nest's logger as the bus's, for services that give none. */
export function nestBusLogger(context = 'KafkaBus'): BusLogger {
  const logger = new Logger(context);
  return {
    debug: (fields, text) => logger.debug(fields, text),
    info: (fields, text) => logger.log(fields, text),
    warn: (fields, text) => logger.warn(fields, text),
    error: (fields, text) => logger.error(fields, text),
  };
}
