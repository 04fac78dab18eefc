import { type Logger, pino } from 'pino';

/** Headers that carry credentials, wherever a logged object has them. */
const REDACTED = [
  'authorization',
  'cookie',
  'headers.authorization',
  'headers.cookie',
  'req.headers.authorization',
];

/**
 * The log of a service: JSON lines on standard output.
 * @param service stands in every line
 */
export function createLog(service: 'worker' | 'api', level: string): Logger {
  return pino({
    level,
    base: { service, pid: process.pid },
    redact: { paths: REDACTED, censor: '(redacted)' },
    formatters: { level: (label) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  });
}
