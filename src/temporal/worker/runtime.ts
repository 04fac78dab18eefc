import { DefaultLogger, type LogEntry, Runtime } from '@temporalio/worker';
import type { Logger } from 'pino';
import { redact } from '../../base/text/redact.js';
import { ERRORS } from '../../rollout/codes.js';

/**
 * Lets everything that the Temporal SDK says, in TypeScript and in its core, go to the process's own log. Once per
 * process, before the first connection of a worker. SIGINT and SIGTERM then shut the workers down.
 * @param log where to; its level is the least level logged
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

/** The logger that the SDK writes to, as JSON lines of `log`. */
export function sdkLogger(log: Logger): DefaultLogger {
  return new DefaultLogger('DEBUG', (entry) => write(log, entry));
}

const LEVELS = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;

/** Where a line comes from is told by mesh, cluster, step and attempt; this is noise beside, or lets others act. */
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

/** The workflow ID names the mesh or the cluster, for lines that nobody has given them. */
function idsOf(workflowId: unknown): { mesh?: string; cluster?: string } {
  const [, kind, name] =
    /^(mesh|cluster)\/(.+)$/.exec(typeof workflowId === 'string' ? workflowId : '') ?? [];
  if (name === undefined) return {};
  return kind === 'mesh' ? { mesh: name } : { cluster: name };
}

/** An error without what it carries beside its words: requests, headers and bodies of whoever threw it. */
function errorFields(error: Error): Record<string, unknown> {
  const { type, nonRetryable } = error as { type?: unknown; nonRetryable?: unknown };
  const isExpected = typeof type === 'string' && type in ERRORS && type !== 'internal-error';
  return {
    name: error.name,
    ...(typeof type === 'string' && { code: type }),
    ...(typeof nonRetryable === 'boolean' && { nonRetryable }),
    message: redact(error.message),
    // Where in our code an expected failure was made tells nobody anything.
    ...(!isExpected && { stack: redact(error.stack ?? '') }),
    ...(error.cause instanceof Error && { cause: errorFields(error.cause) }),
  };
}
