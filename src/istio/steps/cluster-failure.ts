import { cut } from '../../base/text/cut.js';
import { redact } from '../../base/text/redact.js';
import type { ClusterFailure } from '../../rollout/activities.js';
import { asRolloutError } from '../../rollout/rollout-error.js';

/** Temporal keeps 4 KB of the last failure of a running activity, and its stack takes some of that. */
const MESSAGE_LIMIT = 2000;

/** Returns the message of an error for people: it begins with the cluster, and nothing secret is in it. */
export function failureMessage(error: Error, cluster: string | undefined): string {
  return cut(redact(cluster === undefined ? error.message : `${cluster}: ${error.message}`), MESSAGE_LIMIT);
}

/** Returns an error on one of several clusters as a result: with its code, without anything secret. */
export function clusterFailure(error: unknown, cluster: string): ClusterFailure {
  const known = asRolloutError(error);
  const { code, action } = known;
  return { cluster, code, message: failureMessage(known, known.cluster ?? cluster), action };
}
