import type { Readable } from 'node:stream';
import { redact } from '../../../base/text/redact.js';
import { RolloutError } from '../../../rollout/rollout-error.js';
import { ClusterError } from '../../errors/cluster-error.js';
import { connectionError } from '../../errors/connection-errors.js';
import { statusError } from '../../errors/status-errors.js';

/** Which port of which Pod, and how messages name the cluster. */
export interface ForwardTarget {
  readonly cluster: string;
  /** Host and port of the API server. */
  readonly server: string;
  readonly namespace: string;
  readonly pod: string;
  readonly port: number;
}

/**
 * Returns the error for a port-forward without a response.
 *
 * @param error the error of the connection or the WebSocket
 * @param complaint the kubelet's message from the error channel of the protocol
 * @param timeoutMs set when the time limit was reached
 */
export function forwardError(
  error: unknown,
  target: ForwardTarget,
  complaint: Readable,
  timeoutMs: number | undefined,
): RolloutError {
  const { cluster, server, namespace, pod, port } = target;
  const what = `port-forward to ${namespace}/${pod}:${port}`;
  if (error instanceof RolloutError) return error;
  if (timeoutMs !== undefined) {
    const message = `${what} returned no complete response within ${timeoutMs / 1000} s`;
    return new ClusterError('api-unavailable', message, { cluster });
  }
  const reason = complaint.read()?.toString('utf8');
  if (reason) {
    const message = `${what} failed: ${redact(reason).trim().slice(0, 300)}`;
    return new ClusterError('api-unavailable', message, { cluster, cause: error });
  }
  const status = refusedUpgrade(error);
  if (status === undefined)
    return connectionError((error as { error?: unknown })?.error ?? error, cluster, server, what);
  if (status === 404) {
    const message = `Pod ${namespace}/${pod} does not exist any more (${what})`;
    return new ClusterError('api-unavailable', message, { cluster, status });
  }
  if (status === 403) {
    const message = `the credentials may not get and create pods/portforward in namespace ${namespace}`;
    return new ClusterError('permission-denied', message, { cluster, status });
  }
  return statusError({ status, body: '' }, cluster, what);
}

/**
 * Returns the HTTP status that the server sent instead of a WebSocket. ws reports it in the message of an event that
 * is not an Error.
 */
function refusedUpgrade(error: unknown): number | undefined {
  const message = (error as { message?: string })?.message ?? '';
  const status = /Unexpected server response: (\d{3})/.exec(message)?.[1];
  return status === undefined ? undefined : Number(status);
}
