import { createRequire } from 'node:module';
import type { LoggerService } from '@nestjs/common';
import type * as Pretty from 'pino-pretty';
import { destination, pino, stdTimeFunctions, type Logger } from 'pino';

export type { Logger } from 'pino';

/** Injection token of the process's {@link Logger}. */
export const LOGGER = Symbol('Logger');

export interface LoggerOptions {
  app: string;
  level: 'debug' | 'info' | 'warn' | 'error';
  /** Fields of the context in which a line is written, such as the current trace; called for each line. */
  context?: () => Record<string, string>;
}

/** One JSON line each on a pipe, readable lines on a terminal. Written synchronously: the last line before an exit is the important one. */
export function createLogger({ app, level, context }: LoggerOptions): Logger {
  const stream = process.stdout.isTTY ? terminal() : destination({ fd: 1, sync: true });
  return pino(
    {
      level,
      base: { app },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      ...(context && { mixin: context }),
    },
    stream,
  );
}

/** The package is read only where it is used, so that every other start is faster. */
function terminal(): Pretty.PrettyStream {
  const { PinoPretty } = createRequire(import.meta.url)('pino-pretty') as typeof Pretty;
  return PinoPretty({ ignore: 'pid,hostname,app', translateTime: 'SYS:HH:MM:ss.l', sync: true });
}

/** For libraries without this logger: a function that writes one line. */
export function logLine(logger: Logger): (level: 'info' | 'warn', message: string) => void {
  return (level, message) => logger[level](message);
}

/** Nest's own lines. Its lines about modules and routes at the start are for developers: debug. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  debug(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  verbose(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }

  error(message: unknown, stack?: string, context?: string): void {
    this.logger.error({ context, stack }, String(message));
  }

  fatal(message: unknown, context?: string): void {
    this.logger.fatal({ context }, String(message));
  }
}
