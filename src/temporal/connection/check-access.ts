import type { TemporalAccess } from './connection.js';
import { GrpcStatus, grpcStatusOf } from './grpc-status.js';
import { namespaceMissing } from './temporal-connection-errors.js';

/**
 * Asks Temporal for the namespace. This is the first call of a service, so that wrong settings are reported at its
 * start.
 * @throws TemporalError `temporal-namespace-missing`; the errors of {@link TemporalAccess.call}
 */
export async function checkAccess(access: TemporalAccess, timeoutMs = 5_000): Promise<void> {
  const { namespace } = access.target;
  try {
    await access.call(timeoutMs, () => access.client.workflowService.describeNamespace({ namespace }));
  } catch (error) {
    throw grpcStatusOf(error) === GrpcStatus.notFound ? namespaceMissing(access.target, error) : error;
  }
}
