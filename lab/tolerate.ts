import { ApiError } from './kubernetes/api-client.js';

/** Errors of connections to a server that does not listen yet, or that was killed a moment ago. */
const NOT_CONNECTED = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** For `tolerate` of a wait for a server that starts: true when nobody answered at all, whatever was asked. */
export function isNotConnected(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, cause } = error as NodeJS.ErrnoException;
  return (code !== undefined && NOT_CONNECTED.has(code)) || isNotConnected(cause);
}

/** For `tolerate`: true when an API server answered with one of these statuses. */
export function isAnswer(...statuses: readonly number[]): (error: unknown) => boolean {
  return (error) => error instanceof ApiError && statuses.includes(error.status);
}
