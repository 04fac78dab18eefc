import type { LabCluster } from '../../../lab/lab.js';

/** An object without what an API server adds to it. */
export interface InstalledObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
  };
}

const LISTS = {
  Namespace: '/api/v1/namespaces',
  Service: '/api/v1/services',
  ConfigMap: '/api/v1/configmaps',
  ServiceAccount: '/api/v1/serviceaccounts',
  Deployment: '/apis/apps/v1/deployments',
  HorizontalPodAutoscaler: '/apis/autoscaling/v2/horizontalpodautoscalers',
  PodDisruptionBudget: '/apis/policy/v1/poddisruptionbudgets',
  NetworkPolicy: '/apis/networking.k8s.io/v1/networkpolicies',
  EndpointSlice: '/apis/discovery.k8s.io/v1/endpointslices',
  CustomResourceDefinition: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  ClusterRole: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  ClusterRoleBinding: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  Role: '/apis/rbac.authorization.k8s.io/v1/roles',
  RoleBinding: '/apis/rbac.authorization.k8s.io/v1/rolebindings',
  MutatingWebhookConfiguration: '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
  ValidatingWebhookConfiguration: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
} as const;

/** What the API server, its controllers and istiod write, and what differs from cluster to cluster. */
const ADDED = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'generation',
  'managedFields',
  'status',
  'caBundle',
  'clusterIP',
  'clusterIPs',
  'deployment.kubernetes.io/revision',
]);

/** Everything that an installation of Istio puts into a cluster, by `Kind namespace/name`. */
export async function installedObjects(cluster: LabCluster): Promise<Map<string, InstalledObject>> {
  const objects = new Map<string, InstalledObject>();
  for (const [kind, path] of Object.entries(LISTS)) {
    const { items } = await cluster.api.get<{ items: Omit<InstalledObject, 'kind'>[] }>(path);
    for (const item of items) {
      const { name, namespace } = item.metadata;
      if (!belongsToInstallation({ kind, ...item })) continue;
      objects.set(
        `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`,
        normalised(kind, item, cluster),
      );
    }
  }
  return objects;
}

/** Two installations, compared object by object. */
export interface Comparison {
  /** Only in the other one. */
  readonly missing: string[];
  /** Only in ours. */
  readonly additional: string[];
  readonly different: {
    readonly object: string;
    readonly ours: InstalledObject;
    readonly theirs: InstalledObject;
  }[];
}

/** Compares what two installations have put into their clusters. */
export function compare(
  ours: ReadonlyMap<string, InstalledObject>,
  theirs: ReadonlyMap<string, InstalledObject>,
): Comparison {
  const different: Comparison['different'] = [];
  for (const [object, our] of ours) {
    const their = theirs.get(object);
    if (their !== undefined && JSON.stringify(our) !== JSON.stringify(their)) {
      different.push({ object, ours: our, theirs: their });
    }
  }
  return {
    missing: [...theirs.keys()].filter((key) => !ours.has(key)).sort(),
    additional: [...ours.keys()].filter((key) => !theirs.has(key)).sort(),
    different: different.sort((a, b) => (a.object < b.object ? -1 : 1)),
  };
}

function belongsToInstallation({ kind, metadata: { name, labels = {} } }: InstalledObject): boolean {
  if (kind === 'Namespace') return name === 'istio-system';
  // The controller of Kubernetes copies the labels of a Service to the slices that it makes.
  const bySomebodyElse = labels['endpointslice.kubernetes.io/managed-by']?.endsWith('.k8s.io');
  return 'operator.istio.io/managed' in labels && !bySomebodyElse;
}

/** With sorted keys, without what is added, and with one name for every cluster. */
function normalised(kind: string, item: object, cluster: LabCluster): InstalledObject {
  const strip = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(strip);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).filter(([key]) => !ADDED.has(key));
    return Object.fromEntries(
      entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, inner]) => [key, strip(inner)]),
    );
  };
  const text = JSON.stringify({ kind, ...(strip(item) as object) });
  return JSON.parse(text.replaceAll(cluster.name, 'the-cluster'));
}
