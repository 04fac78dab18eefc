import { concurrently } from '../../base/concurrency/concurrently.js';
import type { ClusterClient } from '../../kubernetes/client/cluster-client.js';
import { collectionPath } from '../../kubernetes/client/kinds.js';
import { METADATA_LIST_ONLY } from '../../kubernetes/client/metadata-only.js';
import {
  describeObject,
  type KubernetesObject,
  type ObjectReference,
} from '../../kubernetes/client/objects.js';
import type { Manifest } from './manifests.js';
import {
  ComponentLabel,
  type Installation,
  NotPrunedLabel,
  ownerLabelsOfAnyVersion,
  TagLabel,
  VersionLabel,
} from './ownership.js';

/** The kinds that istioctl prunes (istio 1.31, operator/pkg/uninstall/prune.go) and that these charts render. */
const NAMESPACED_KINDS = [
  'apps/v1/Deployment',
  'v1/Service',
  'v1/ConfigMap',
  'v1/ServiceAccount',
  'rbac.authorization.k8s.io/v1/RoleBinding',
  'rbac.authorization.k8s.io/v1/Role',
  'policy/v1/PodDisruptionBudget',
  'autoscaling/v2/HorizontalPodAutoscaler',
];
const CLUSTER_KINDS = [
  'admissionregistration.k8s.io/v1/MutatingWebhookConfiguration',
  'admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration',
  'rbac.authorization.k8s.io/v1/ClusterRole',
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding',
];

const CONCURRENCY = 8;
/** The charts' label on objects of an installation without a name; that of a named one is its owner's. */
const OWNER_LABEL = 'install.operator.istio.io/owning-resource';
const NO_OWNER = 'unknown';

/**
 * Returns what an earlier rollout or `istioctl install` of the same revision left behind that is not rendered any more: an
 * autoscaler that the values have switched off, or what an older version of Istio had. istioctl's own rule takes only
 * objects of its own version, so that an upgrade leaves the others behind; in other ways it takes more: gateways of other
 * IstioOperator documents (istio 1.31, operator/pkg/install/install.go, prune). Here only components Base and Pilot are
 * looked at, nothing that a named document owns, no tag (`istioctl tag` makes those), and nothing of a newer version: a
 * worker with an older istioctl would take it for superfluous.
 *
 * @param manifests everything that is rendered for the cluster now
 */
export async function findPrunable(
  client: ClusterClient,
  manifests: readonly Manifest[],
  installation: Installation,
  signal: AbortSignal,
): Promise<ObjectReference[]> {
  const wanted = new Set(manifests.map((manifest) => describeObject(manifest)));
  const labelSelector = [
    ...Object.entries(ownerLabelsOfAnyVersion(installation)).map(([key, value]) => `${key}=${value}`),
    `${ComponentLabel} in (Base,Pilot)`,
    `${NotPrunedLabel}!=true`,
    `!${TagLabel}`,
  ].join(',');

  const kinds = [
    ...NAMESPACED_KINDS.map((kind) => [kind, installation.istioNamespace] as const),
    ...CLUSTER_KINDS.map((kind) => [kind, undefined] as const),
  ];
  const found = await concurrently(kinds, CONCURRENCY, async ([path, namespace]) => {
    const slash = path.lastIndexOf('/');
    const [apiVersion, kind] = [path.slice(0, slash), path.slice(slash + 1)];
    const options = { query: { labelSelector }, accept: METADATA_LIST_ONLY, signal };
    const items = await client.list<KubernetesObject>(collectionPath(apiVersion, kind, namespace), options);
    return items
      .filter(({ metadata: { labels = {} } }) => (labels[OWNER_LABEL] ?? NO_OWNER) === NO_OWNER)
      .filter(({ metadata: { labels = {} } }) => !isNewer(labels[VersionLabel] ?? '', installation.version))
      .map(({ metadata: { name } }) => ({
        apiVersion,
        kind,
        name,
        ...(namespace === undefined ? {} : { namespace }),
      }));
  });
  return found.flat().filter((object) => !wanted.has(describeObject(object)));
}

/**
 * Deletes what {@link findPrunable} found, with what depends on it gone first, as istioctl does.
 *
 * @returns those that were still there
 */
export async function prune(
  client: ClusterClient,
  objects: readonly ObjectReference[],
  signal: AbortSignal,
): Promise<ObjectReference[]> {
  const deleted = await concurrently(objects, CONCURRENCY, (object) =>
    client.delete(object, { propagation: 'Foreground', signal }),
  );
  return objects.filter((_, index) => deleted[index]);
}

/** Whether a version of Istio is newer than another; what is not a version is neither newer nor older. */
function isNewer(version: string, than: string): boolean {
  const [one, other] = [version, than].map((text) => /^(\d+)\.(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number));
  if (one === undefined || other === undefined) return false;
  const at = one.findIndex((part, index) => part !== other[index]);
  return at >= 0 && (one[at] ?? 0) > (other[at] ?? 0);
}
