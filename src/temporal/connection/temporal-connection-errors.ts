import { NamespaceNotFoundError, type TLSConfig } from '@temporalio/client';
import { findTlsProblem } from './find-tls-problem.js';
import { GrpcStatus, grpcStatusOf, isOverdue } from './grpc-status.js';
import { TemporalError } from './temporal-error.js';

/** Where a connection goes to, and how. */
interface Place {
  readonly address: string;
  readonly namespace: string;
  readonly tls?: TLSConfig | false;
  readonly apiKey?: string;
}

/**
 * What an error of a connection or a call means for its user. The words of the transports are about themselves; they
 * stay in the cause, for the log.
 * @param hasAnswered whether the server has ever answered; then TLS is not looked at
 * @returns a TemporalError, or the same error when it is about something else
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

/** The namespace is not there. */
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
  // The connection of a worker tells the status of its first call by the words of its gRPC library (tonic).
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

/** What the connection of a worker throws. */
function isTransportError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'TransportError';
}

/** Temporal's core is stricter with certificates than Node, e.g. with a CA that serves itself. */
function coreReason(error: unknown): string | undefined {
  const refused = isTransportError(error) ? /InvalidCertificate\((\w+)/.exec(error.message)?.[1] : undefined;
  return refused && `the server's certificate is not accepted (${refused})`;
}
