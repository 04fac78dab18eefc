import type { LabCluster } from '../../../lab/lab.js';
import { until } from '../../support/wait.js';

/** An object of a list, as far as it matters here. */
export interface Item {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly resourceVersion: string;
    readonly labels?: Record<string, string>;
    readonly annotations?: Record<string, string>;
  };
}

/** Every kind that a rollout writes, and more. Leases and Events change by themselves and are left out. */
const LISTS = [
  '/api/v1/namespaces',
  '/api/v1/services',
  '/api/v1/configmaps',
  '/api/v1/secrets',
  '/api/v1/serviceaccounts',
  '/apis/apps/v1/deployments',
  '/apis/discovery.k8s.io/v1/endpointslices',
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  '/apis/rbac.authorization.k8s.io/v1/roles',
  '/apis/rbac.authorization.k8s.io/v1/rolebindings',
  '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
  '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
  '/apis/policy/v1/poddisruptionbudgets',
  '/apis/autoscaling/v2/horizontalpodautoscalers',
  '/apis/networking.k8s.io/v1/networkpolicies',
];

/** The same on Kubernetes 1.15. */
const OLD_LISTS = [
  ...LISTS.filter((path) => path.startsWith('/api/v1/') || /apps|rbac|networking/.test(path)),
  '/api/v1/endpoints',
  '/apis/apiextensions.k8s.io/v1beta1/customresourcedefinitions',
  '/apis/admissionregistration.k8s.io/v1beta1/mutatingwebhookconfigurations',
  '/apis/policy/v1beta1/poddisruptionbudgets',
  '/apis/autoscaling/v2beta1/horizontalpodautoscalers',
  '/apis/networking.istio.io/v1alpha3/gateways',
];

function listsOf({ release }: LabCluster): readonly string[] {
  return release === '1.4' ? OLD_LISTS : LISTS;
}

/** ConfigMaps with which istiod elects leaders: it renews them for ever, whatever a rollout does. */
const LEADER = 'control-plane.alpha.kubernetes.io/leader';

/** Everything that a rollout could have changed in a cluster, with the path of its list. */
export async function itemsOf(cluster: LabCluster): Promise<{ path: string; item: Item }[]> {
  const lists = await Promise.all(
    listsOf(cluster).map(async (path) => {
      const { items } = await cluster.api.get<{ items: Item[] }>(path);
      const lasting = items.filter(({ metadata }) => metadata.annotations?.[LEADER] === undefined);
      return lasting.map((item) => ({ path, item }));
    }),
  );
  return lists.flat();
}

/** Objects of a cluster by `path namespace/name`. */
export type Objects = Readonly<Record<string, Item>>;

/** Everything that a rollout could have changed in a cluster. */
export async function objectsOf(cluster: LabCluster): Promise<Objects> {
  const items = await itemsOf(cluster);
  return Object.fromEntries(
    items.map(({ path, item }) => [`${path} ${item.metadata.namespace ?? ''}/${item.metadata.name}`, item]),
  );
}

/** The resourceVersion of everything that a rollout could have changed in a cluster. */
export async function resourceVersions(cluster: LabCluster): Promise<Record<string, string>> {
  return versionsOf(await objectsOf(cluster));
}

function versionsOf(objects: Objects): Record<string, string> {
  return Object.fromEntries(
    Object.entries(objects).map(([key, { metadata }]) => [key, metadata.resourceVersion]),
  );
}

/** Several clusters as soon as nothing moves any more: controllers and istiod write for a while after a rollout. */
export async function objectsAtRest(clusters: readonly LabCluster[]): Promise<Objects[]> {
  const read = () => Promise.all(clusters.map(objectsOf));
  let last = await read();
  return await until('the clusters come to rest', async () => {
    // The autoscaler's controller looks at a new object for the first time up to 15 s later, and writes its status. A
    // Deployment's status changes once more when its Pods have been Ready for minReadySeconds.
    const isSeen = (await Promise.all(clusters.map(autoscalersSeen))).every(Boolean);
    const isAvailable = (await Promise.all(clusters.map(deploymentsAvailable))).every(Boolean);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    const before = last;
    last = await read();
    return isSeen && isAvailable && moved(before, last).length === 0 ? last : undefined;
  });
}

/** The resourceVersions of {@link objectsAtRest}. */
export async function versionsAtRest(clusters: readonly LabCluster[]): Promise<Record<string, string>[]> {
  return (await objectsAtRest(clusters)).map(versionsOf);
}

/** The objects that were created, changed or deleted in between, as they were and as they are: it tells who wrote what. */
export function moved(
  before: readonly Objects[],
  after: readonly Objects[],
): { before: Item | undefined; after: Item | undefined }[] {
  return before.flatMap((objects, index) => {
    const now = after[index] ?? {};
    return [...new Set([...Object.keys(objects), ...Object.keys(now)])]
      .map((key) => ({ before: objects[key], after: now[key] }))
      .filter((pair) => pair.before?.metadata.resourceVersion !== pair.after?.metadata.resourceVersion);
  });
}

async function autoscalersSeen(cluster: LabCluster): Promise<boolean> {
  const path = listsOf(cluster).find((each) => each.endsWith('/horizontalpodautoscalers')) ?? '';
  const { items } = await cluster.api.get<{ items: { status?: { conditions?: unknown[] } }[] }>(path);
  return items.every(({ status }) => (status?.conditions?.length ?? 0) > 0);
}

async function deploymentsAvailable(cluster: LabCluster): Promise<boolean> {
  const { items } = await cluster.api.get<{
    items: { spec: { replicas: number }; status?: { availableReplicas?: number } }[];
  }>('/apis/apps/v1/deployments');
  return items.every(({ spec, status }) => (status?.availableReplicas ?? 0) === spec.replicas);
}
