/** A Worker Deployment Version as Temporal's API gives it. */
interface Version {
  readonly deploymentName?: string | null;
  readonly buildId?: string | null;
}

/**
 * A Worker Deployment Version as the search attribute `TemporalWorkerDeploymentVersion` has it, such as
 * `mesh-rollout:0.1.0-3f2a9c1b77d0`; undefined for what has no version.
 */
export function versionName(version: Version | null | undefined): string | undefined {
  return version?.buildId ? `${version.deploymentName}:${version.buildId}` : undefined;
}
