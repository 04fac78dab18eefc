import type { LabCluster } from '../../../lab/lab.js';
import type { KindList, RolloutPlan } from '../../../src/rollout/plan/plan.js';

/** The kinds that a rollout writes. */
const LISTS = {
  Namespace: '/api/v1/namespaces',
  Service: '/api/v1/services',
  ConfigMap: '/api/v1/configmaps',
  Secret: '/api/v1/secrets',
  ServiceAccount: '/api/v1/serviceaccounts',
  Deployment: '/apis/apps/v1/deployments',
  EndpointSlice: '/apis/discovery.k8s.io/v1/endpointslices',
  CustomResourceDefinition: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  ClusterRole: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  ClusterRoleBinding: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  Role: '/apis/rbac.authorization.k8s.io/v1/roles',
  RoleBinding: '/apis/rbac.authorization.k8s.io/v1/rolebindings',
  MutatingWebhookConfiguration: '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
  ValidatingWebhookConfiguration: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
  PodDisruptionBudget: '/apis/policy/v1/poddisruptionbudgets',
  HorizontalPodAutoscaler: '/apis/autoscaling/v2/horizontalpodautoscalers',
  NetworkPolicy: '/apis/networking.k8s.io/v1/networkpolicies',
} as const;

/** Who applies in a rollout; istiod and the controllers write under other names. */
const MANAGERS = ['istio-operator', 'mesh-rollout'];

interface Item {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly resourceVersion: string;
    readonly managedFields?: readonly { readonly manager?: string }[];
  };
}

/** `Kind namespace/name` → its version, and whether a rollout has written it. */
export type Snapshot = ReadonlyMap<string, { readonly version: string; readonly isOurs: boolean }>;

/** Everything in a cluster of the kinds that a rollout writes. */
export async function snapshot(cluster: LabCluster): Promise<Snapshot> {
  const lists = await Promise.all(
    Object.entries(LISTS).map(async ([kind, path]) => {
      const { items } = await cluster.api.get<{ items: Item[] }>(path);
      return items.map(({ metadata: { name, namespace, resourceVersion, managedFields = [] } }) => {
        const isOurs = managedFields.some(({ manager = '' }) => MANAGERS.includes(manager));
        const key = `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
        return [key, { version: resourceVersion, isOurs }] as const;
      });
    }),
  );
  return new Map(lists.flat());
}

/** Objects by what happens to them; each list is sorted. */
export interface Touched {
  readonly create: string[];
  readonly change: string[];
  readonly prune: string[];
}

/** What a rollout has done to a cluster, by resourceVersions. */
export function touchedBetween(before: Snapshot, after: Snapshot): Touched {
  const ours = [...after].filter(([, { isOurs }]) => isOurs);
  return {
    create: ours.flatMap(([key]) => (before.has(key) ? [] : [key])).sort(),
    change: ours
      .flatMap(([key, { version }]) => (before.has(key) && before.get(key)?.version !== version ? [key] : []))
      .sort(),
    prune: [...before].flatMap(([key, { isOurs }]) => (isOurs && !after.has(key) ? [key] : [])).sort(),
  };
}

/** What a plan says about a cluster. */
export function plannedFor(plan: RolloutPlan, cluster: LabCluster): Touched {
  const group = plan.groups.find(({ clusters }) => clusters.includes(cluster.name));
  if (group === undefined) throw new Error(`the plan does not tell about ${cluster.name}`);
  const flat = (lists: readonly KindList[]) =>
    lists.flatMap(({ kind, names }) => names.map((name) => `${kind} ${name}`));
  const labels = group.label.map((name) => `Namespace ${name}`);
  return {
    create: flat(group.create).sort(),
    change: [...flat(group.change), ...labels].sort(),
    prune: flat(group.prune).sort(),
  };
}
