/** A Worker Deployment Version as Temporal's API returns it. */
interface Version {
  readonly deploymentName?: string | null;
  readonly buildId?: string | null;
}

/**
 * Returns a Worker Deployment Version in the form of the search attribute `TemporalWorkerDeploymentVersion`, such as
 * `mesh-rollout:0.1.0-3f2a9c1b77d0`; undefined when there is no version.
 */
export function versionName(version: Version | null | undefined): string | undefined {
  return version?.buildId ? `${version.deploymentName}:${version.buildId}` : undefined;
}
