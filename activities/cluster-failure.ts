import type { ClusterFailure, FailureDetail } from '../src/rollout/activities.js';
import { toFailure } from './failure.js';

/** Returns an error on one of several clusters as a result: with its code, without anything secret. */
export function clusterFailure(error: unknown, cluster: string): ClusterFailure {
  const { message, details } = toFailure(error, { cluster });
  const [{ code, action }] = details as [FailureDetail];
  return { cluster, code, message, action };
}
