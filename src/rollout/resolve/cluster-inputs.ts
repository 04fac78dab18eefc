import type { EndpointsInput } from '../activities.js';
import { mergeValues } from '../document/merge-values.js';
import type { MeshSettings, PrimaryInput, RemoteInput, ResolvedRollout } from './resolved.js';

/** What the steps of one cluster work from, made of the resolved document. Deterministic: workflows use it. */

/**
 * Returns the input of the primary's steps.
 *
 * @param accept codes of findings that the user has taken on for the primary by now
 */
export function primaryInput(
  resolved: ResolvedRollout,
  rolloutId: string,
  accept: readonly string[],
): PrimaryInput {
  const { profile, values } = resolved.primary;
  const merged = mergeValues(resolved.values, values);
  return { ...settingsOf(resolved, rolloutId), profile, values: merged, accept: [...accept] };
}

/**
 * Returns the input of a remote's steps.
 *
 * @param accept codes of findings that the user has taken on for the remote by now
 */
export function remoteInput(
  resolved: ResolvedRollout,
  rolloutId: string,
  cluster: string,
  accept: readonly string[],
): RemoteInput {
  const place = resolved.remotes.find((remote) => remote.cluster === cluster)?.values;
  const own = place === undefined ? undefined : resolved.remoteValues[place];
  const namespaces = namespacesOf(resolved, cluster);
  const values = mergeValues(resolved.values, own ?? {});
  return { ...settingsOf(resolved, rolloutId), cluster, values, namespaces, accept: [...accept] };
}

/** Returns the namespaces that are to be labelled in a remote. */
export function namespacesOf(resolved: ResolvedRollout, cluster: string): RemoteInput['namespaces'] {
  return resolved.namespaces
    .filter((namespace) => namespace.clusters?.includes(cluster) ?? true)
    .map(({ name, injection }) => ({ name, injection }));
}

/** Returns which control plane a rollout is about, and how it is installed. */
export function controlPlaneOf({
  primary,
  istioNamespace,
  revision,
  release,
  installer,
}: ResolvedRollout): EndpointsInput {
  return { primary: primary.cluster, istioNamespace, revision, release, installer };
}

function settingsOf(resolved: ResolvedRollout, rolloutId: string): MeshSettings {
  const { mesh, release, revision, installer, istioNamespace, meshID, network, primary, progressDeadlineMs } =
    resolved;
  return {
    mesh,
    rolloutId,
    release,
    ...(resolved.toolVersion !== undefined && { toolVersion: resolved.toolVersion }),
    revision,
    installer,
    istioNamespace,
    meshID,
    network,
    primary: primary.cluster,
    progressDeadlineMs,
  };
}
