import { type Logger, type LoggerOptions, pino } from 'pino';

/** Headers that carry credentials, wherever a logged object has them. */
const REDACTED = [
  'authorization',
  'cookie',
  'headers.authorization',
  'headers.cookie',
  'req.headers.authorization',
];

/** Bytes of lines that are kept while they cannot be written; what comes then is lost. */
const MOST_KEPT = 1024 * 1024;

const STANDARD_OUTPUT = 1;

/**
 * The log of a service: JSON lines on standard output. Where they cannot be written, because the disk is full for example,
 * the service continues without a log: they are written with a later line.
 *
 * @param service stands in every line
 * @param fd file descriptor in the place of standard output
 */
export function createLog(service: 'worker' | 'api', level: string, fd = STANDARD_OUTPUT): Logger {
  // Synchronous: pino flushes an asynchronous destination when the process ends, again and again until that succeeds
  // (sonic-boom 4.2, flushSync), and the process would not end.
  const destination = pino.destination({ fd, sync: true, maxLength: MOST_KEPT });
  destination.on('error', () => {
    // Nobody can be told: this is the log.
  });
  const options: LoggerOptions = {
    level,
    base: { service, pid: process.pid },
    redact: { paths: REDACTED, censor: '(redacted)' },
    formatters: { level: (label) => ({ level: label }) },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return pino(options, destination);
}
