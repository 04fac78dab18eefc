import type { ClusterClient } from '../../../../kubernetes/client/cluster-client.js';
import { RolloutError } from '../../../../rollout/rollout-error.js';
import type { ReleaseName } from '../../../apply/helm-marks.js';
import type { Helm } from '../tool/helm.js';
import { listRevisions, type Revision } from './stored-releases.js';

/** On the Secret of every revision that a rollout makes: whose it is. */
const ROLLOUT_LABEL = 'mesh-rollout.dev/rollout';
/** Helm's own `--timeout` is 5 minutes: what is pending for longer, nobody is at work on. */
const OTHERS_MS = 6 * 60_000;
const LABEL_VALUE = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;

/** Returns the labels by which {@link recoverPending} knows the revisions of a rollout. */
export function rolloutLabels(rolloutId: string): Record<string, string> {
  return LABEL_VALUE.test(rolloutId) ? { [ROLLOUT_LABEL]: rolloutId } : {};
}

/**
 * Takes a pending revision out of a release. A Helm that was killed leaves one behind, and every later one refuses to go on
 * because of it. Only Helm's record of that revision is deleted: the objects stay, and the same upgrade finds them again by
 * their marks. A rollout's own pending revision is taken out at once, since a rollout does one step of a cluster at a time;
 * one of somebody else only when it has been pending for longer than Helm works on a release.
 *
 * @param rolloutId of the rollout that is at work on the cluster
 * @returns whether there was one
 * @throws RolloutError `release-pending` while somebody else may be at work on the release; ClusterError
 */
export async function recoverPending(
  client: ClusterClient,
  helm: Helm,
  name: ReleaseName,
  rolloutId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const [newest] = await listRevisions(client, name, signal);
  if (newest === undefined || !newest.status.startsWith('pending-')) return false;
  const ageMs = Date.now() - newest.createdAt;
  const isAtWork = helm.isBusy(client, name) || (!isOf(newest, rolloutId) && ageMs < OTHERS_MS);
  if (isAtWork) {
    const { release, namespace } = name;
    const message = `release ${namespace}/${release} is ${newest.status} since ${Math.round(ageMs / 1000)} s: somebody else may be at work on it`;
    throw new RolloutError('release-pending', message, { cluster: client.name });
  }
  const { uid, ...secret } = newest.secret;
  return client.delete(secret, { uid, signal });
}

function isOf({ labels }: Revision, rolloutId: string): boolean {
  return labels[ROLLOUT_LABEL] === rolloutId;
}
