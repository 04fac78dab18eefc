import type { Client } from '@temporalio/client';
import type { WorkerDeploymentVersion } from '@temporalio/common';

/** Temporal's description of a Worker Deployment: its versions, and which of them is current. */
export type DescribedDeployment = NonNullable<
  Awaited<ReturnType<Client['workflowService']['describeWorkerDeployment']>>['workerDeploymentInfo']
>;

type Time = { readonly seconds?: unknown; readonly nanos?: number | null } | null | undefined;

/**
 * Whether a version automatically takes over new rollouts:
 * - `become`: none is current, or the current one is older; and this version has never been current
 * - `is`: it is current
 * - `unknown`: the server has not registered it yet
 * - `newer-is`: a newer one is current; a worker of an old version has been started again
 * - `was`: it was current before, and somebody has made another one current: a rollback stays
 */
export type Candidacy = 'become' | 'is' | 'unknown' | 'newer-is' | 'was';

/** Returns the status of a version, based on the times that the server records. */
export function promotionStatus(
  deployment: DescribedDeployment,
  { buildId }: WorkerDeploymentVersion,
): Candidacy {
  const versions = deployment.versionSummaries ?? [];
  const find = (id: string) => versions.find((each) => each.deploymentVersion?.buildId === id);
  const own = find(buildId);
  const current = currentBuildId(deployment);
  if (current === buildId) return 'is';
  if (!own) return 'unknown';
  if (own.lastCurrentTime) return 'was';
  const other = current === undefined ? undefined : find(current);
  return other && !isBefore(other.createTime, own.createTime) ? 'newer-is' : 'become';
}

/** Returns the build ID of the current version, or undefined while there is none. */
export function currentBuildId(deployment: DescribedDeployment): string | undefined {
  return deployment.routingConfig?.currentDeploymentVersion?.buildId || undefined;
}

function isBefore(one: Time, other: Time): boolean {
  const seconds = (time: Time) => Number(String(time?.seconds ?? 0));
  const difference = seconds(one) - seconds(other);
  return difference < 0 || (difference === 0 && (one?.nanos ?? 0) < (other?.nanos ?? 0));
}
