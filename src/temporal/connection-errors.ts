import { NamespaceNotFoundError } from '@temporalio/client';
import { GrpcStatus, grpcStatusOf, isOverdue } from './grpc-status.js';
import { TemporalError } from './temporal-error.js';

/** Where a connection goes to, for its errors. */
interface Place {
  readonly address: string;
  readonly namespace: string;
}

/**
 * What an error of a connection or a call means for its user. The words of the transports are about themselves; they
 * stay in the cause, for the log.
 * @returns a TemporalError, or the same error when it is about something else
 */
export function explainConnection(error: unknown, place: Place): unknown {
  if (error instanceof NamespaceNotFoundError) return namespaceMissing(place, error);
  const status = grpcStatusOf(error);
  const text = textOf(error);
  if (status === GrpcStatus.unauthenticated || status === GrpcStatus.permissionDenied || isRefusal(text)) {
    return new TemporalError(
      'temporal-refused',
      `Temporal at ${place.address} refuses these credentials for the namespace ${place.namespace}.`,
      { cause: error },
    );
  }
  const isUnavailable = isTransportError(error, status);
  const reason = isUnavailable || status === GrpcStatus.internal ? tlsReasonOf(text) : undefined;
  if (reason !== undefined) return tlsFailed(place, reason, error);
  return isUnavailable ? unavailable(place, error) : error;
}

/** The namespace is not there. */
export function namespaceMissing({ address, namespace }: Place, cause: unknown): TemporalError {
  return new TemporalError(
    'temporal-namespace-missing',
    `Temporal at ${address} has no namespace ${namespace}.`,
    { cause },
  );
}

function unavailable({ address }: Place, cause: unknown): TemporalError {
  return new TemporalError('temporal-unavailable', `Temporal does not answer at ${address}.`, { cause });
}

function tlsFailed({ address }: Place, reason: string, cause: unknown): TemporalError {
  return new TemporalError('temporal-tls-failed', `TLS to Temporal at ${address} fails: ${reason}.`, {
    cause,
  });
}

/** Errors without a status come from the connection of a worker. */
function isTransportError(error: unknown, status: number | undefined): boolean {
  if (status === undefined) return error instanceof Error && error.name === 'TransportError';
  return status === GrpcStatus.unavailable || isOverdue(status);
}

/** The connection of a worker gives the status of its first call as text. */
function isRefusal(text: string): boolean {
  return /code: '?(Unauthenticated|PermissionDenied)|The request does not have valid authentication|The caller does not have permission/i.test(
    text,
  );
}

/** What the TLS libraries of Node and of Temporal's core say, by what it means. */
const TLS_REASONS: readonly (readonly [RegExp, string])[] = [
  [
    /certificate.?required|handshake.?failure|bad.?certificate|unknown.?ca\b/i,
    'the server wants another client certificate',
  ],
  [/expired/i, "the server's certificate has expired"],
  [
    /altnames|NotValidForName|hostname|not valid for name/i,
    "the server's certificate is for another name than the address or TEMPORAL_TLS_SERVER_NAME",
  ],
  [
    /self.signed|UnknownIssuer|unable to (verify|get)|invalid peer certificate|CaUsedAsEndEntity/i,
    "the server's certificate is not from a known CA",
  ],
  [/wrong version number|InvalidContentType|corrupt message/i, 'the server does not speak TLS'],
  [/\bssl\b|\btls\b|certificate/i, 'the handshake breaks off'],
];

function tlsReasonOf(text: string): string | undefined {
  return TLS_REASONS.find(([pattern]) => pattern.test(text))?.[1];
}

/** The messages of an error and of its causes. */
function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} ${textOf(error.cause)}`;
}
