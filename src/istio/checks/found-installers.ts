import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { objectPath } from '../../kubernetes/client/kinds.js';
import { METADATA_ONLY } from '../../kubernetes/client/metadata-only.js';
import {
  describeObject,
  type KubernetesObject,
  type ObjectMetadata,
  type ObjectReference,
} from '../../kubernetes/client/objects.js';
import type { ReadOptions } from '../../kubernetes/client/request-options.js';
import type { Finding } from '../../rollout/checks/findings.js';
import { FINDINGS } from '../../rollout/codes.js';
import type { InstallerName } from '../../rollout/releases.js';
import { releaseOf } from '../apply/helm-marks.js';
import type { ControlPlane } from '../control-plane/control-plane-pods.js';

/** What `istioctl install` puts on everything (istio 1.31, operator/pkg/install/install.go). Charts have none of it. */
const ISTIOCTL_LABEL = 'operator.istio.io/managed';

/** Says who has installed an object, by its marks: `istioctl`, `Helm release istio-system/istiod`, `no known installer`. */
export function describeInstaller(metadata: ObjectMetadata): string {
  const release = releaseOf(metadata);
  if (release !== undefined) return `Helm release ${release.namespace}/${release.release}`;
  return metadata.labels?.[ISTIOCTL_LABEL] === undefined ? 'no known installer' : 'istioctl';
}

/** Whether an object with such metadata is a way's own: that it need not take it over. */
export type IsOwn = (metadata: ObjectMetadata, controlPlane: ControlPlane) => boolean;

/**
 * Looks for an installation of a revision that another installer has made, or Helm under other names of releases. Two
 * objects speak for all: the ConfigMap of the values, and a CRD.
 *
 * @returns one text for each object that the way would have to take over, such as
 * `ConfigMap istio-system/values (istioctl)`; none where there is nothing, or everything is its own
 * @throws ClusterError
 */
export async function findOtherInstallers(
  client: ClusterClient,
  controlPlane: ControlPlane,
  isOwn: IsOwn,
  options: ReadOptions,
): Promise<string[]> {
  const found = await Promise.all(
    markerObjects(controlPlane).map(async (reference) => {
      const accept = METADATA_ONLY;
      const live = await client.get<KubernetesObject>(objectPath(reference), { ...options, accept });
      if (live === undefined || isOwn(live.metadata, controlPlane)) return [];
      return [`${describeObject(reference)} (${describeInstaller(live.metadata)})`];
    }),
  );
  return found.flat();
}

/** Returns the finding about {@link findOtherInstallers}; none where it has found nothing. */
export function checkInstallers(
  cluster: string,
  others: readonly string[],
  installer: InstallerName,
): Finding[] {
  const [first] = others;
  if (first === undefined) return [];
  const code = 'installer-differs';
  const what = `the rollout installs with ${installer}, and another installer has made ${others.join(', ')} in ${cluster}`;
  return [{ code, severity: 'block', cluster, what, where: first, action: FINDINGS[code].action }];
}

function markerObjects({ revision, istioNamespace: namespace }: ControlPlane): ObjectReference[] {
  const suffix = revision === 'default' ? '' : `-${revision}`;
  return [
    { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: `values${suffix}` },
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      name: 'destinationrules.networking.istio.io',
    },
  ];
}
