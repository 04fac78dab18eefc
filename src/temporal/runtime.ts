import { DefaultLogger, type LogEntry, Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';

/**
 * Lets everything that the Temporal SDK says, in TypeScript and in its core, go to the process's own log. Once per
 * process, before the first connection of a worker. SIGINT and SIGTERM then shut the workers down.
 * @param log where to; its level is the least level logged
 */
export function installRuntime(log: Logger): void {
  Runtime.install({
    logger: new DefaultLogger('DEBUG', (entry) => write(log, entry)),
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'WARN' } } },
    shutdownSignals: ['SIGINT', 'SIGTERM'],
  });
}

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

function write(log: Logger, entry: LogEntry): void {
  log[LEVELS[entry.level]]({ ...entry.meta }, entry.message);
}
