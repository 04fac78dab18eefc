import { NamespaceNotFoundError, type TLSConfig } from '@temporalio/client';
import { findTlsProblem } from './find-tls-problem.js';
import { GrpcStatus, grpcStatusOf, isOverdue } from './grpc-status.js';
import { TemporalError } from './temporal-error.js';

/** The target of a connection and its TLS settings. */
interface Place {
  readonly address: string;
  readonly namespace: string;
  readonly tls?: TLSConfig | false;
  readonly apiKey?: string;
}

/**
 * Returns an error of a connection or a call in words for users. The messages of the transports stay in the cause,
 * for the log.
 * @param hasAnswered whether the server has ever answered; then TLS is not checked
 * @returns a TemporalError, or the same error when the connection is not the reason
 */
export async function explainConnection(
  error: unknown,
  place: Place,
  hasAnswered: boolean,
): Promise<unknown> {
  if (error instanceof NamespaceNotFoundError) return namespaceMissing(place, error);
  const { address, namespace } = place;
  if (isRefusal(error)) {
    const message = `Temporal at ${address} refuses these credentials for the namespace ${namespace}.`;
    return new TemporalError('temporal-refused', message, { cause: error });
  }
  if (!isUnavailable(error)) return error;
  const reason = hasAnswered ? undefined : ((await tlsProblem(place)) ?? coreReason(error));
  if (reason === undefined) {
    const message = `Temporal does not answer at ${address}.`;
    return new TemporalError('temporal-unavailable', message, { cause: error });
  }
  const message = `No connection with Temporal at ${address}: ${reason}.`;
  return new TemporalError('temporal-tls-failed', message, { cause: error });
}

/** Returns the error for a missing namespace. */
export function namespaceMissing({ address, namespace }: Place, cause: unknown): TemporalError {
  return new TemporalError(
    'temporal-namespace-missing',
    `Temporal at ${address} has no namespace ${namespace}.`,
    { cause },
  );
}

function tlsProblem({ address, tls, apiKey }: Place): Promise<string | undefined> {
  return findTlsProblem(address, tls ?? (apiKey === undefined ? false : {}));
}

function isRefusal(error: unknown): boolean {
  const status = grpcStatusOf(error);
  if (status !== undefined) {
    return status === GrpcStatus.unauthenticated || status === GrpcStatus.permissionDenied;
  }
  // The connection of a worker reports the status of its first call only in the message of its gRPC library (tonic).
  return (
    isTransportError(error) && /valid authentication credentials|does not have permission/.test(error.message)
  );
}

function isUnavailable(error: unknown): boolean {
  const status = grpcStatusOf(error);
  return status === undefined
    ? isTransportError(error)
    : status === GrpcStatus.unavailable || isOverdue(status);
}

/** Returns whether an error is from the connection of a worker. */
function isTransportError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'TransportError';
}

/**
 * Returns why Temporal's core refuses a certificate. It is stricter than Node, e.g. about a CA certificate that is
 * used as a server certificate.
 */
function coreReason(error: unknown): string | undefined {
  const refused = isTransportError(error) ? /InvalidCertificate\((\w+)/.exec(error.message)?.[1] : undefined;
  return refused && `the server's certificate is not accepted (${refused})`;
}
