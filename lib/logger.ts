import { LogFormatter, LogItem, Logger } from '@aws-lambda-powertools/logger';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Config } from './config.ts';

/** What the lines of one request have in common. */
export interface LogIds {
  requestId: string;
  /** The caller's own id for what the request is a part of. */
  correlationId: string;
}

const currentIds = new AsyncLocalStorage<LogIds>();

/** Runs `task` with the ids on every line that it logs, beside other requests of the process. */
export function withLogIds<Result>(ids: LogIds, task: () => Result): Result {
  return currentIds.run(ids, task);
}

type Line = Parameters<LogFormatter['formatAttributes']>;
type LoggedError = ReturnType<LogFormatter['formatError']>;

class LineFormatter extends LogFormatter {
  override formatAttributes(
    { logLevel, message, timestamp, serviceName, xRayTraceId }: Line[0],
    more: Line[1],
  ): LogItem {
    const attributes = {
      level: logLevel,
      message,
      timestamp: this.formatTimestamp(timestamp),
      service: serviceName,
      xray_trace_id: xRayTraceId,
      ...currentIds.getStore(),
    };
    return new LogItem({ attributes }).addAttributes(more);
  }

  /** Without an error's other members: those of the SDK hold items of the tables. */
  override formatError(error: Error): LoggedError {
    const { name, message, stack, cause } = super.formatError(error);
    return {
      name,
      message: message || reasonsOf(error),
      stack,
      ...(error.cause instanceof Error && { cause }),
    };
  }
}

/** A host that has several addresses fails for each with a reason of its own. */
function reasonsOf(error: Error): string {
  return error instanceof AggregateError ? error.errors.map(String).join('; ') : '';
}

/** Structured JSON lines. Of what clients send they have a correlation id, and decided events. */
export function createLogger(logLevel: Config['logLevel']): Logger {
  return new Logger({ serviceName: 'bet-maker', logLevel, logFormatter: new LineFormatter() });
}

export type { Logger };
