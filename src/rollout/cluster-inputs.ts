import { mergeValues } from './merge-values.js';
import type { MeshSettings, PrimaryInput, RemoteInput, ResolvedRollout } from './resolved.js';

/** What the steps of one cluster work from, made of the resolved document. Deterministic: workflows use it. */

/** The input of the primary's steps. */
export function primaryInput(resolved: ResolvedRollout, rolloutId: string): PrimaryInput {
  const { profile, values } = resolved.primary;
  return { ...settingsOf(resolved, rolloutId), profile, values: mergeValues(resolved.values, values) };
}

/**
 * The input of a remote's steps.
 *
 * @param accepted codes of findings that the user has taken on by now
 */
export function remoteInput(
  resolved: ResolvedRollout,
  rolloutId: string,
  cluster: string,
  accepted: Iterable<string>,
): RemoteInput {
  const place = resolved.remotes.find((remote) => remote.cluster === cluster)?.values;
  const own = place === undefined ? undefined : resolved.remoteValues[place];
  const namespaces = resolved.namespaces
    .filter((namespace) => namespace.clusters?.includes(cluster) ?? true)
    .map(({ name, injection }) => ({ name, injection }));
  const values = mergeValues(resolved.values, own ?? {});
  return { ...settingsOf(resolved, rolloutId), cluster, values, namespaces, accept: [...accepted] };
}

function settingsOf(resolved: ResolvedRollout, rolloutId: string): MeshSettings {
  const { mesh, release, revision, installer, istioNamespace, meshID, network, primary, progressDeadlineMs } =
    resolved;
  return {
    mesh,
    rolloutId,
    release,
    revision,
    installer,
    istioNamespace,
    meshID,
    network,
    primary: primary.cluster,
    progressDeadlineMs,
  };
}
