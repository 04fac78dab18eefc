import { expect, test } from 'vitest';
import { createActivities } from '../../activities/index.js';
import type { LabCluster } from '../../lab/lab.js';
import { ensureTools } from '../../lab/tools/tools.js';
import { findMissingPermissions } from '../../src/kubernetes/access-review.js';
import { ClusterClient } from '../../src/kubernetes/cluster-client.js';
import { PERMISSIONS, type Permission, type Scope } from '../../src/kubernetes/permissions.js';
import type { PrimaryInput, RemoteInput } from '../../src/rollout/resolved.js';
import { freshName, useLab } from '../support/lab.js';
import { dependenciesOn, run } from './support.js';

const RBAC = 'rbac.authorization.k8s.io';
const NAMESPACES: Record<Exclude<Scope, 'cluster'>, string> = { istio: 'istio-system', injected: 'default' };

/** Makes a user with the rights of a table and nothing else; gives its kubeconfig. */
async function userWith(cluster: LabCluster, permissions: readonly Permission[]): Promise<string> {
  const user = freshName('deployer');
  const kubeconfig = await cluster.addUser(user);
  const admin = new ClusterClient({ name: cluster.name, path: cluster.kubeconfigPath });
  const apply = (object: object) => admin.apply(object as never, { fieldManager: 'test' });
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'istio-system' } });
  const subjects = [{ apiGroup: RBAC, kind: 'User', name: user }];
  for (const scope of ['cluster', 'istio', 'injected'] as const) {
    const kind = scope === 'cluster' ? 'ClusterRole' : 'Role';
    const metadata = {
      name: `${user}-${scope}`,
      ...(scope === 'cluster' ? {} : { namespace: NAMESPACES[scope] }),
    };
    const rules = permissions.filter((permission) => permission.scope === scope).map(ruleOf);
    await apply({ apiVersion: `${RBAC}/v1`, kind, metadata, rules });
    const roleRef = { apiGroup: RBAC, kind, name: metadata.name };
    await apply({ apiVersion: `${RBAC}/v1`, kind: `${kind}Binding`, metadata, roleRef, subjects });
  }
  return kubeconfig;
}

function ruleOf({ resource, verbs }: Permission) {
  const [name = '', subresource] = resource.split('/');
  const [plural, ...group] = name.split('.');
  return {
    apiGroups: [group.join('.')],
    resources: [subresource === undefined ? plural : `${plural}/${subresource}`],
    verbs,
  };
}

test('a rollout gets by with the permissions that preflight asks for', async () => {
  const lab = await useLab();
  // The remotes' addresses for istiod are behind it; a machine that tests run on may have a gateway that answers for them.
  process.env.HTTPS_PROXY = lab.proxyUrl;
  const [hub, remote] = await Promise.all([
    lab.addCluster(freshName('hub'), { role: 'primary', inInventory: false }),
    lab.addCluster(freshName('remote'), { controllers: 'few', inInventory: false }),
  ]);
  const kubeconfigs = [
    await userWith(hub, PERMISSIONS.primary),
    await userWith(remote, PERMISSIONS.remote),
  ] as const;
  const { istioctl } = await ensureTools({ names: ['istioctl'] });
  const dependencies = await dependenciesOn(
    [
      { name: hub.name, kubeconfig: kubeconfigs[0] },
      { name: remote.name, kubeconfig: kubeconfigs[1], apiServer: remote.apiServer },
    ],
    istioctl,
  );
  for (const [name, role] of [
    [hub.name, 'primary'],
    [remote.name, 'remote'],
  ] as const) {
    const client = await dependencies.clusters.get(name);
    expect(
      await findMissingPermissions(client, PERMISSIONS[role], {
        istio: 'istio-system',
        injected: ['default'],
      }),
    ).toEqual([]);
  }

  const settings = {
    mesh: 'shop',
    rolloutId: 'test',
    release: '1.31',
    revision: 'default',
    installer: 'istioctl' as const,
    istioNamespace: 'istio-system',
    meshID: 'shop',
    network: 'network1',
    primary: hub.name,
    progressDeadlineMs: 600_000,
    values: {},
  };
  const primaryInput: PrimaryInput = { ...settings, profile: 'minimal' };
  const remoteInput: RemoteInput = {
    ...settings,
    cluster: remote.name,
    namespaces: [{ name: 'default', injection: 'enabled' }],
    accept: [],
  };
  const activities = createActivities(dependencies);
  const plan = async (controlPlaneMoves: boolean) => {
    const plans = [
      await retried(() => run(activities.planPrimary, primaryInput)),
      await retried(() => run(activities.planRemote, { ...remoteInput, controlPlaneMoves })),
    ];
    expect(plans.flatMap(({ problems }) => problems)).toEqual([]);
    return plans.map(({ counts }) => counts.create + counts.change + counts.label + counts.prune);
  };
  expect(Math.min(...(await plan(true)))).toBeGreaterThan(20);
  await retried(() => run(activities.deployPrimary, primaryInput));
  await retried(() => run(activities.collectEndpoints, settings));
  await retried(() => run(activities.prepareNamespace, remoteInput));
  await retried(() => run(activities.installRemote, remoteInput));
  await retried(() => run(activities.registerRemote, remoteInput));
  await retried(() => run(activities.activateInjection, remoteInput));
  await retried(() => run(activities.verifyRemote, remoteInput));
  await retried(() => run(activities.labelNamespaces, remoteInput));
  const proof = await retried(() => run(activities.verifyInjection, remoteInput));
  expect(proof).toMatchObject({ injected: ['default'], unproven: [] });
  await retried(() => run(activities.refreshEndpoints, { ...settings, clusters: [remote.name] }));
  expect(await plan(false)).toEqual([0, 0]);
});

/** As Temporal does: again, unless a person is needed. */
async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  const end = Date.now() + 180_000;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if ((error as { nonRetryable?: boolean }).nonRetryable !== false || Date.now() > end) throw error;
    }
  }
}
