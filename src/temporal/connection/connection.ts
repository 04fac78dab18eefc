import { Client, Connection, type TLSConfig } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { NativeConnection } from '@temporalio/worker';
import { explainConnection } from './temporal-connection-errors.js';

/** The Temporal server to connect to, and the credentials for it. */
export interface TemporalTarget {
  /** host:port */
  readonly address: string;
  readonly namespace: string;
  /** `false`: without TLS, even with an API key. @default TLS when there is an API key */
  readonly tls?: TLSConfig | false;
  /** Sent with every call as `authorization: Bearer …`. */
  readonly apiKey?: string;
  /** Additional gRPC headers. */
  readonly metadata?: Record<string, string>;
}

/** A client with its connection, and a method to call it with a deadline. */
export interface TemporalAccess {
  readonly client: Client;
  readonly target: TemporalTarget;
  /**
   * Calls Temporal and gives up after `timeoutMs`. Without a deadline a call can wait forever.
   * @throws TemporalError when the server does not answer in time, refuses the credentials or lacks the namespace, or
   *   when TLS fails; otherwise what `call` throws
   */
  call<T>(timeoutMs: number, call: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** How long a worker waits for the server at its start. */
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Returns a client that connects with its first call, so that the API server can start and report problems without
 * Temporal.
 * @param dataConverter with the codec of the namespace, if it has one
 */
export function openClient(target: TemporalTarget, dataConverter?: DataConverter): TemporalAccess {
  const connection = Connection.lazy({ ...optionsOf(target), connectTimeout: CONNECT_TIMEOUT_MS });
  const client = new Client({
    connection,
    namespace: target.namespace,
    ...(dataConverter && { dataConverter }),
  });
  let hasAnswered = false;
  return {
    client,
    target,
    call: async (timeoutMs, call) => {
      try {
        const answer = await connection.withDeadline(Date.now() + timeoutMs, call);
        hasAnswered = true;
        return answer;
      } catch (error) {
        throw await explainConnection(error, target, hasAnswered);
      }
    },
    close: () => connection.close(),
  };
}

/**
 * Returns the connection of a worker.
 * @throws TemporalError `temporal-unavailable`, `temporal-refused` or `temporal-tls-failed`
 */
export async function connectWorker(target: TemporalTarget): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(optionsOf(target));
  } catch (error) {
    throw await explainConnection(error, target, false);
  }
}

/** Returns the options for both kinds of connection. Every connection to Temporal is made in this file. */
function optionsOf({ address, tls, apiKey, metadata }: TemporalTarget) {
  return {
    address,
    ...(tls !== undefined && { tls }),
    ...(apiKey !== undefined && { apiKey }),
    ...(metadata !== undefined && { metadata: { ...metadata } }),
  };
}
