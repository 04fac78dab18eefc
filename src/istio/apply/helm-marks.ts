import type { KubernetesObject, ObjectMetadata } from '../../kubernetes/client/objects.js';

/**
 * How Helm marks what belongs to a release; an object with other marks, or none, it refuses to change (Helm 3.22,
 * pkg/action/validate.go).
 */

/** A release of Helm: its name, and the namespace in which Helm keeps what it knows of it. */
export interface ReleaseName {
  readonly release: string;
  readonly namespace: string;
}

const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
const NAME_ANNOTATION = 'meta.helm.sh/release-name';
const NAMESPACE_ANNOTATION = 'meta.helm.sh/release-namespace';

/** Helm deletes no object with this annotation, whoever has set it (Helm 3.22, pkg/kube/client.go, update). */
export const KEEP_ANNOTATION = { 'helm.sh/resource-policy': 'keep' } as const;

/** Returns the object with the marks of a release, as Helm sends it. */
export function markedFor<T extends KubernetesObject>(object: T, { release, namespace }: ReleaseName): T {
  const { metadata } = object;
  const annotations = { [NAME_ANNOTATION]: release, [NAMESPACE_ANNOTATION]: namespace };
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, [MANAGED_BY_LABEL]: 'Helm' },
      annotations: { ...metadata.annotations, ...annotations },
    },
  };
}

/** Returns the release that an object belongs to; undefined when Helm has not made it. */
export function releaseOf({ labels = {}, annotations = {} }: ObjectMetadata): ReleaseName | undefined {
  const [release, namespace] = [annotations[NAME_ANNOTATION], annotations[NAMESPACE_ANNOTATION]];
  if (labels[MANAGED_BY_LABEL] !== 'Helm' || release === undefined || namespace === undefined)
    return undefined;
  return { release, namespace };
}

/** Whether two names are of the same release. */
export function isSameRelease(one: ReleaseName, other: ReleaseName): boolean {
  return one.release === other.release && one.namespace === other.namespace;
}

/** The releases of an installation: the base is shared by all revisions of a cluster, as in Istio's own guide. */
export function releaseNames(
  revision: string,
  istioNamespace: string,
): { base: ReleaseName; istiod: ReleaseName } {
  const istiod = revision === 'default' ? 'istiod' : `istiod-${revision}`;
  return {
    base: { release: 'istio-base', namespace: istioNamespace },
    istiod: { release: istiod, namespace: istioNamespace },
  };
}

/** Whether an object belongs to one of the releases of an installation. */
export function belongsToReleases(
  metadata: ObjectMetadata,
  { revision, istioNamespace }: { readonly revision: string; readonly istioNamespace: string },
): boolean {
  const release = releaseOf(metadata);
  const { base, istiod } = releaseNames(revision, istioNamespace);
  return release !== undefined && [base, istiod].some((own) => isSameRelease(own, release));
}
