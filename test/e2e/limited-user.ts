import type { Lab, LabCluster } from '../../lab/lab.js';
import { useKubeconfigs } from './inventory.js';

/**
 * Lets the product reach a cluster as a user who may do everything but some rules, by the inventory.
 * Gives a function that grants the rest.
 */
export async function limitUser(
  lab: Lab,
  cluster: LabCluster,
  without: { resource: string; verbs: string[] },
) {
  const user = 'rollout';
  await useKubeconfigs(lab, { [cluster.name]: await cluster.addUser(user) });

  await bind(cluster, user, 'limited', await rulesWithout(cluster, without));
  return async () =>
    await bind(cluster, user, 'rest', [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }]);
}

/** A user of a cluster who may do everything, as long as he is let. */
export interface RevocableUser {
  readonly kubeconfigPath: string;
  revoke(): Promise<void>;
  grant(): Promise<void>;
}

/** Makes a {@link RevocableUser} of a cluster, with all rights at first. */
export async function revocableUser(cluster: LabCluster): Promise<RevocableUser> {
  const user = 'revocable';
  const name = 'revocable-admin';
  const path = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
  const grant = async () => {
    await cluster.api.post(path, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: user }],
    });
  };
  await grant();
  return {
    kubeconfigPath: await cluster.addUser(user),
    grant,
    revoke: async () => void (await cluster.api.delete(`${path}/${name}`)),
  };
}

async function bind(cluster: LabCluster, user: string, name: string, rules: object[]): Promise<void> {
  const group = '/apis/rbac.authorization.k8s.io/v1';
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  await cluster.api.post(`${group}/clusterroles`, {
    apiVersion,
    kind: 'ClusterRole',
    metadata: { name },
    rules,
  });
  await cluster.api.post(`${group}/clusterrolebindings`, {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
    subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: user }],
  });
}

/** RBAC has no "all but": every resource that the cluster serves, one by one, is allowed except what is left out. */
async function rulesWithout(
  cluster: LabCluster,
  without: { resource: string; verbs: string[] },
): Promise<object[]> {
  const groups = await cluster.api.get<{ groups: { preferredVersion: { groupVersion: string } }[] }>('/apis');
  const versions = ['v1', ...groups.groups.map(({ preferredVersion }) => preferredVersion.groupVersion)];
  const lists = await Promise.all(
    versions.map(async (version) => {
      const path = version === 'v1' ? '/api/v1' : `/apis/${version}`;
      const { resources } = await cluster.api.get<{ resources: { name: string }[] }>(path);
      return resources.map(({ name }) => ({
        group: version === 'v1' ? '' : (version.split('/')[0] ?? ''),
        name,
      }));
    }),
  );
  const all = [
    'get',
    'list',
    'watch',
    'create',
    'update',
    'patch',
    'delete',
    'deletecollection',
    'bind',
    'escalate',
    'impersonate',
  ];
  const rules = lists.flat().map(({ group, name }) => ({
    apiGroups: [group],
    resources: [name],
    verbs: name === without.resource ? all.filter((verb) => !without.verbs.includes(verb)) : all,
  }));
  return [...rules, { nonResourceURLs: ['*'], verbs: ['*'] }, ...custom()];
}

/** Istio's own kinds are not served yet, and the reader's ClusterRole names them. */
function custom(): object[] {
  return [
    {
      apiGroups: [
        '*.istio.io',
        'networking.istio.io',
        'security.istio.io',
        'extensions.istio.io',
        'telemetry.istio.io',
        'gateway.networking.k8s.io',
        'multicluster.x-k8s.io',
        'inference.networking.k8s.io',
        'inference.networking.x-k8s.io',
        'gateway.networking.x-k8s.io',
      ],
      resources: ['*'],
      verbs: ['*'],
    },
  ];
}
