import type { KubernetesObject, ObjectReference } from './objects.js';
import { referenceOf } from './objects.js';

/** The resource under which the API serves a kind. */
export interface Resource {
  /** As in paths and in RBAC rules: `deployments`. */
  readonly plural: string;
  readonly namespaced: boolean;
}

/**
 * The kinds that this product and the charts of Istio use, by API group; '' is the core group. For other kinds the
 * API server is asked (`discoverResource`).
 */
const KINDS: Readonly<
  Record<string, { readonly namespaced: readonly string[]; readonly cluster: readonly string[] }>
> = {
  '': {
    namespaced: [
      'configmaps/ConfigMap',
      'endpoints/Endpoints',
      'pods/Pod',
      'secrets/Secret',
      'serviceaccounts/ServiceAccount',
      'services/Service',
    ],
    cluster: ['namespaces/Namespace', 'nodes/Node'],
  },
  apps: {
    namespaced: ['daemonsets/DaemonSet', 'deployments/Deployment', 'replicasets/ReplicaSet'],
    cluster: [],
  },
  autoscaling: { namespaced: ['horizontalpodautoscalers/HorizontalPodAutoscaler'], cluster: [] },
  policy: { namespaced: ['poddisruptionbudgets/PodDisruptionBudget'], cluster: [] },
  'discovery.k8s.io': { namespaced: ['endpointslices/EndpointSlice'], cluster: [] },
  'networking.k8s.io': {
    namespaced: ['networkpolicies/NetworkPolicy'],
    cluster: ['servicecidrs/ServiceCIDR'],
  },
  'rbac.authorization.k8s.io': {
    namespaced: ['roles/Role', 'rolebindings/RoleBinding'],
    cluster: ['clusterroles/ClusterRole', 'clusterrolebindings/ClusterRoleBinding'],
  },
  'apiextensions.k8s.io': { namespaced: [], cluster: ['customresourcedefinitions/CustomResourceDefinition'] },
  'admissionregistration.k8s.io': {
    namespaced: [],
    cluster: [
      'mutatingwebhookconfigurations/MutatingWebhookConfiguration',
      'validatingwebhookconfigurations/ValidatingWebhookConfiguration',
      'validatingadmissionpolicies/ValidatingAdmissionPolicy',
      'validatingadmissionpolicybindings/ValidatingAdmissionPolicyBinding',
    ],
  },
  'authorization.k8s.io': { namespaced: [], cluster: ['selfsubjectaccessreviews/SelfSubjectAccessReview'] },
};

const RESOURCES = new Map<string, Resource>(
  Object.entries(KINDS).flatMap(([group, { namespaced, cluster }]) =>
    [
      ...namespaced.map((entry) => [entry, true] as const),
      ...cluster.map((entry) => [entry, false] as const),
    ].map(([entry, isNamespaced]) => {
      const [plural = '', kind = ''] = entry.split('/');
      return [`${group}/${kind}`, { plural, namespaced: isNamespaced }] as const;
    }),
  ),
);

/** Returns the group of an apiVersion; '' for `v1`. */
export function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** Returns the resource of a well-known kind, or undefined for other kinds, such as custom resources. */
export function knownResource(apiVersion: string, kind: string): Resource | undefined {
  return RESOURCES.get(`${groupOf(apiVersion)}/${kind}`);
}

/** Returns the base path of an API version: `/api/v1`, `/apis/apps/v1`. */
export function versionPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** Returns the path of all objects of a resource, in one namespace or, without one, in the whole cluster. */
export function resourcePath(apiVersion: string, resource: Resource, namespace?: string): string {
  const scope =
    resource.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${versionPath(apiVersion)}${scope}/${resource.plural}`;
}

/**
 * Returns the path of the collection in which objects of a well-known kind are listed and created, e.g.
 * `/apis/apps/v1/namespaces/istio-system/deployments`.
 *
 * @throws Error for a kind that is not well known, which is a defect of the caller
 */
export function collectionPath(apiVersion: string, kind: string, namespace?: string): string {
  const resource = knownResource(apiVersion, kind);
  if (resource === undefined) throw new Error(`no path is known for ${apiVersion} ${kind}`);
  return resourcePath(apiVersion, resource, namespace);
}

/**
 * Returns the path of one object of a well-known kind, e.g. `/api/v1/namespaces/istio-system/secrets/cacerts`.
 *
 * @throws Error for a kind that is not well known, which is a defect of the caller
 */
export function objectPath(object: KubernetesObject | ObjectReference): string {
  const { apiVersion, kind, namespace, name } = referenceOf(object);
  return `${collectionPath(apiVersion, kind, namespace)}/${encodeURIComponent(name)}`;
}
