import { Client, Connection, NamespaceNotFoundError } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { GrpcStatus, grpcStatusOf, isOverdue } from './grpc-status.js';
import { TemporalError } from './temporal-error.js';

/** Which Temporal: `address` is host:port. */
export interface TemporalTarget {
  readonly address: string;
  readonly namespace: string;
}

/** A client with the connection under it, and the one way to call it with a deadline. */
export interface TemporalAccess {
  readonly client: Client;
  readonly target: TemporalTarget;
  /**
   * Calls Temporal and gives up after `timeoutMs`: without a deadline a call can wait for ever.
   * @throws TemporalError when the server does not answer in time or lacks the namespace; else what `call` throws
   */
  call<T>(timeoutMs: number, call: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** How long a worker waits for the server at its start. */
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * A client that connects with its first call, so that the API server starts, and says what is wrong, without Temporal.
 */
export function openClient(target: TemporalTarget): TemporalAccess {
  const connection = Connection.lazy({ address: target.address, connectTimeout: CONNECT_TIMEOUT_MS });
  const client = new Client({ connection, namespace: target.namespace });
  return {
    client,
    target,
    call: async (timeoutMs, call) => {
      try {
        return await connection.withDeadline(Date.now() + timeoutMs, call);
      } catch (error) {
        throw explain(error, target);
      }
    },
    close: () => connection.close(),
  };
}

/**
 * The connection of a worker.
 * @throws TemporalError `temporal-unavailable` when nothing answers at the address
 */
export async function connectWorker(target: TemporalTarget): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect({ address: target.address });
  } catch (error) {
    throw unavailable(target, error);
  }
}

function explain(error: unknown, target: TemporalTarget): unknown {
  if (error instanceof NamespaceNotFoundError) {
    return new TemporalError(
      'temporal-namespace-missing',
      `Temporal at ${target.address} has no namespace ${target.namespace}.`,
      { cause: error },
    );
  }
  const status = grpcStatusOf(error);
  return status === GrpcStatus.unavailable || isOverdue(status) ? unavailable(target, error) : error;
}

function unavailable(target: TemporalTarget, cause: unknown): TemporalError {
  // The words of the transports are about themselves; they stay in the cause, for the log.
  return new TemporalError('temporal-unavailable', `Temporal does not answer at ${target.address}.`, {
    cause,
  });
}
