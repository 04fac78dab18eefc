import { DefaultLogger, type LogEntry, Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';
import { redact } from '../../base/text/redact.js';
import { ERRORS } from '../../rollout/codes.js';

/**
 * Sends all log lines of the Temporal SDK, from TypeScript and from its core, to the process's own log. Call it once
 * per process, before the first connection of a worker. SIGINT and SIGTERM then shut the workers down.
 * @param log the log; its level is the lowest level that is logged
 * @param metricsAddress host:port where the SDK serves its own metrics; absent = nowhere
 */
export function installRuntime(log: Logger, metricsAddress?: string): void {
  Runtime.install({
    logger: sdkLogger(log),
    telemetryOptions: {
      logging: { forward: {}, filter: { core: 'WARN', other: 'WARN' } },
      ...(metricsAddress !== undefined && {
        metrics: { prometheus: { bindAddress: metricsAddress, countersTotalSuffix: true, unitSuffix: true } },
      }),
    },
    shutdownSignals: ['SIGINT', 'SIGTERM'],
  });
}

/** Returns the logger of the SDK, which writes JSON lines to `log`. */
export function sdkLogger(log: Logger): DefaultLogger {
  return new DefaultLogger('DEBUG', (entry) => write(log, entry));
}

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** Fields that are left out: noise next to mesh, cluster, step and attempt, or tokens that would let others act. */
const LEFT_OUT = new Set(['taskToken', 'isLocal', 'sdkComponent']);

function write(log: Logger, entry: LogEntry): void {
  const fields = Object.entries(entry.meta ?? {})
    .filter(([name]) => !LEFT_OUT.has(name))
    .map(([name, value]) => (value instanceof Error ? ['error', errorFields(value)] : [name, value]));
  log[LEVELS[entry.level]](
    { ...idsOf(entry.meta?.workflowId), ...Object.fromEntries(fields) },
    redact(entry.message),
  );
}

/** Returns the mesh or the cluster that a workflow ID names, for lines without these fields. */
function idsOf(workflowId: unknown): { mesh?: string; cluster?: string } {
  const [, kind, name] =
    /^(mesh|cluster)\/(.+)$/.exec(typeof workflowId === 'string' ? workflowId : '') ?? [];
  if (name === undefined) return {};
  return kind === 'mesh' ? { mesh: name } : { cluster: name };
}

/** Returns the loggable fields of an error, without requests, headers and bodies that it may carry. */
function errorFields(error: Error): Record<string, unknown> {
  const { type, nonRetryable } = error as { type?: unknown; nonRetryable?: unknown };
  const isExpected = typeof type === 'string' && type in ERRORS && type !== 'internal-error';
  return {
    name: error.name,
    ...(typeof type === 'string' && { code: type }),
    ...(typeof nonRetryable === 'boolean' && { nonRetryable }),
    message: redact(error.message),
    // The stack of an expected failure in our own code is useless.
    ...(!isExpected && { stack: redact(error.stack ?? '') }),
    ...(error.cause instanceof Error && { cause: errorFields(error.cause) }),
  };
}
