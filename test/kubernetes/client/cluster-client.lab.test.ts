import { beforeAll, describe, expect, test } from 'vitest';
import type { LabCluster } from '../../../lab/lab.js';
import { ClusterClient } from '../../../src/kubernetes/client/cluster-client.js';
import type { KubernetesObject } from '../../../src/kubernetes/client/objects.js';
import type { ClusterError } from '../../../src/kubernetes/errors/cluster-error.js';
import { Refusals } from '../../../src/kubernetes/errors/refusals.js';
import { freshName, useLab } from '../../support/lab.js';
import { hasCode, until } from '../../support/wait.js';
import { failureOf } from '../support/failure-of.js';
import { writeKubeconfig } from '../support/stub-api-server.js';

let cluster: LabCluster;
let client: ClusterClient;

beforeAll(async () => {
  const lab = await useLab();
  cluster = await lab.addCluster(freshName('client'), { controllers: 'few', inInventory: false });
  client = new ClusterClient({ name: 'eu-1', path: cluster.kubeconfigPath });
});

interface ConfigMap extends KubernetesObject {
  readonly data?: Record<string, string>;
}

function configMap(data: Record<string, string>, name = freshName('map'), namespace = 'default'): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data };
}

async function namespace(labels: Record<string, string> = {}): Promise<string> {
  const name = freshName('namespace');
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
  await client.apply(object, { fieldManager: 'test' });
  const account = `/api/v1/namespaces/${name}/serviceaccounts/default`;
  await until('its ServiceAccount', () => client.get(account));
  return name;
}

const pod = (namespace: string) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'probe', namespace },
  spec: { containers: [{ name: 'main', image: 'example.com/none', resources: { limits: { cpu: '1' } } }] },
});

/** A client with the rights of a user of its own; `rules` are granted in the whole cluster. */
async function clientOf(
  user: string,
  rules: readonly object[] = [],
  refusals = new Refusals(),
): Promise<ClusterClient> {
  const path = await cluster.addUser(user);
  const rbac = 'rbac.authorization.k8s.io';
  const metadata = { name: user };
  await client.apply(
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata, rules },
    { fieldManager: 'test' },
  );
  await client.apply(
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: user },
      subjects: [{ apiGroup: rbac, kind: 'User', name: user }],
    },
    { fieldManager: 'test' },
  );
  return new ClusterClient({ name: 'eu-1', path }, refusals);
}

async function refusePodsWhere(labels: Record<string, string>): Promise<void> {
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const metadata = { name: freshName('policy') };
  const spec = {
    matchConstraints: {
      namespaceSelector: { matchLabels: labels },
      resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
    },
    validations: [{ expression: 'false', message: 'no pods here' }],
  };
  const binding = { policyName: metadata.name, validationActions: ['Deny'] };
  const options = { fieldManager: 'test' };
  await client.apply({ apiVersion, kind: 'ValidatingAdmissionPolicy', metadata, spec }, options);
  await client.apply(
    { apiVersion, kind: 'ValidatingAdmissionPolicyBinding', metadata, spec: binding },
    options,
  );
}

describe('apply says whether it changed anything', () => {
  const apply = (object: ConfigMap, fieldManager: string, options: object = {}) =>
    client.apply(object, { fieldManager, ...options });

  test('creating does, repeating does not, another value does, another owner of the same value does', async () => {
    const name = freshName('map');
    const changes = [
      await apply(configMap({ a: '1' }, name), 'one'),
      await apply(configMap({ a: '1' }, name), 'one'),
      await apply(configMap({ a: '2' }, name), 'one'),
      await apply(configMap({ a: '2' }, name), 'two'),
      await apply(configMap({ a: '2' }, name), 'two'),
    ].map(({ changed }) => changed);
    expect(changes).toEqual([true, false, true, true, false]);
  });

  test('a dry run foretells it and stores nothing', async () => {
    const object = configMap({ a: '1' });
    const first = await apply(object, 'one', { dryRun: true });
    expect(first.changed).toBe(true);
    expect(await client.get(await client.pathOf(object))).toBeUndefined();
    await apply(object, 'one');
    const again = await apply(object, 'one', { dryRun: true });
    expect(again.changed).toBe(false);
    expect((await apply(object, 'two', { dryRun: true })).changed).toBe(true);
    const other = { ...object, data: { a: '2' } };
    const foretold = await apply(other, 'one', { dryRun: true });
    expect(foretold).toMatchObject({ changed: true, object: { data: { a: '2' } } });
    expect((await apply(other, 'one')).changed).toBe(true);
  });

  test('a field that is not applied any more goes away', async () => {
    const name = freshName('map');
    await apply(configMap({ a: '1', b: '1' }, name), 'one');
    const { object } = await apply(configMap({ a: '1' }, name), 'one');
    expect(object.data).toEqual({ a: '1' });
  });

  test("another manager's field is a conflict that names both, and is taken over by force only", async () => {
    const name = freshName('map');
    await apply(configMap({ a: '1' }, name), 'one');
    const error = await failureOf(apply(configMap({ a: '2' }, name), 'two'));
    expect(error).toMatchObject({
      code: 'field-conflict',
      conflicts: [{ manager: 'one', field: '.data.a' }],
    });
    expect(await apply(configMap({ a: '2' }, name), 'two', { force: true })).toMatchObject({ changed: true });
  });

  test('a large CRD goes as text and comes back as metadata', async () => {
    const properties = Object.fromEntries(
      Array.from({ length: 300 }, (_, i) => [
        `field${i}`,
        {
          type: 'array',
          items: { type: 'string' },
          'x-kubernetes-list-type': 'set',
          description: 'x'.repeat(60),
        },
      ]),
    );
    const plural = freshName('widgets').replaceAll('-', '');
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.example.com` },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { kind: `Kind${plural}`, plural, singular: plural, listKind: `Kind${plural}List` },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', properties } },
          },
        ],
      },
    };
    const { apiVersion, kind } = crd;
    const serialised = { apiVersion, kind, name: crd.metadata.name, json: JSON.stringify(crd) };
    const apply = () => client.apply(serialised, { fieldManager: 'test', metadataOnly: true });
    const { changed, object } = await apply();
    expect(changed).toBe(true);
    expect(object).not.toHaveProperty('spec');
    // A controller writes the status of a new CRD at the same time.
    const again = await Promise.all(Array.from({ length: 5 }, apply));
    expect(again.map(({ changed }) => changed)).toEqual(again.map(() => false));
    const relabelled = { ...crd, metadata: { ...crd.metadata, labels: { a: 'b' } } };
    const labelled = { ...serialised, json: JSON.stringify(relabelled) };
    expect((await client.apply(labelled, { fieldManager: 'test', metadataOnly: true })).changed).toBe(true);
    expect((await client.apply(labelled, { fieldManager: 'other', metadataOnly: true })).changed).toBe(true);
    const stored = await client.get<typeof crd>(await client.pathOf(serialised));
    expect(JSON.stringify(stored)).toContain('"x-kubernetes-list-type":"set"');

    const widget = {
      apiVersion: 'example.com/v1',
      kind: `Kind${plural}`,
      metadata: { name: 'one', namespace: 'default' },
    };
    const path = await until('the new kind', () => client.pathOf(widget), {
      tolerate: hasCode('request-rejected'),
    });
    expect(path).toBe(`/apis/example.com/v1/namespaces/default/${plural}/one`);
    expect(await client.apply(widget, { fieldManager: 'test' })).toMatchObject({ changed: true });
  });
});

describe('other writes', () => {
  test('a merge patch changes what it names and nothing else', async () => {
    const object = configMap({ a: '1', b: '1' });
    await client.create(object, { fieldManager: 'test' });
    const patch = { data: { a: null, c: '2' } };
    const after = await client.patch<ConfigMap>(await client.pathOf(object), patch, { fieldManager: 'test' });
    expect(after.data).toEqual({ b: '1', c: '2' });
  });

  test('creating what exists tells so', async () => {
    const object = configMap({});
    await client.create(object, { fieldManager: 'test' });
    expect(await failureOf(client.create(object, { fieldManager: 'test' }))).toMatchObject({
      status: 409,
      reason: 'AlreadyExists',
    });
  });

  test('delete spares another object of the same name, and every object in a dry run', async () => {
    const object = configMap({});
    const { metadata } = await client.create(object, { fieldManager: 'test' });
    const error = await failureOf(client.delete(object, { uid: '00000000-0000-0000-0000-000000000000' }));
    expect(error).toMatchObject({ status: 409 });
    expect(await client.delete(object, { dryRun: true })).toBe(true);
    expect(await client.delete(object, { uid: metadata.uid ?? '' })).toBe(true);
    expect(await client.delete(object)).toBe(false);
  });

  test('a list of three pages is whole', async () => {
    const where = await namespace();
    const maps = Array.from({ length: 1100 }, (_, i) => configMap({}, `map-${i}`, where));
    // On a busy machine some of so many take longer than a request may by default.
    const options = { fieldManager: 'test', timeoutMs: 120_000 };
    await Promise.all(maps.map((map) => client.create(map, options)));
    const items = await client.list<ConfigMap>(`/api/v1/namespaces/${where}/configmaps`);
    // The controller publishes one of its own.
    expect(items.filter(({ metadata }) => metadata.name.startsWith('map-'))).toHaveLength(1100);
  });
});

describe('refusals', () => {
  test('without a permission the verb, the resource and the namespace are named', async () => {
    const weak = await clientOf(freshName('weak'), [
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get'] },
    ]);
    const error = await failureOf(weak.apply(configMap({ a: '1' }), { fieldManager: 'test' }));
    expect(error).toMatchObject({ code: 'permission-denied', transient: false });
    expect(error.message).toMatch(/^user "weak-.*" cannot patch configmaps in namespace default$/);
    const list = await failureOf(weak.list('/apis/apps/v1/deployments'));
    expect(list.message).toMatch(/cannot list deployments\.apps in the whole cluster$/);
  });

  test('a role that grants more than the user holds asks for escalate', async () => {
    const verbs = ['get', 'create', 'patch'];
    const rules = [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['clusterroles'], verbs }];
    const weak = await clientOf(freshName('weak'), rules);
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: freshName('role') },
      rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }],
    };
    const error = await failureOf(weak.apply(role, { fieldManager: 'test' }));
    expect(error).toMatchObject({
      code: 'permission-denied',
      action: expect.stringContaining('escalate and bind'),
    });
  });

  test('pod security, a limit range and an admission policy are request-rejected, with their words', async () => {
    const restricted = await namespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    const limited = await namespace();
    const limits = {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'small', namespace: limited },
      spec: { limits: [{ type: 'Container', max: { cpu: '1m' } }] },
    };
    await client.request('POST', `/api/v1/namespaces/${limited}/limitranges`, { body: limits });
    const guarded = await namespace({ probe: 'policy' });
    await refusePodsWhere({ probe: 'policy' });
    // What refuses it is not in force at once.
    const create = (where: string) =>
      client.create(pod(where), { fieldManager: 'test', dryRun: true }).then(
        () => undefined,
        (error: ClusterError) => error,
      );
    const words = [
      [restricted, 'violates PodSecurity'],
      [limited, 'maximum cpu usage'],
      [guarded, 'no pods here'],
    ] as const;
    for (const [where, text] of words) {
      const error = await until(text, () => create(where));
      expect(error).toMatchObject({ code: 'request-rejected', transient: false });
      expect(error.message).toContain(text);
    }
  });

  test('a webhook that does not answer is api-unavailable', async () => {
    const where = await namespace({ probe: 'webhook' });
    const webhook = {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'ValidatingWebhookConfiguration',
      metadata: { name: freshName('webhook') },
      webhooks: [
        {
          name: 'dead.example.com',
          clientConfig: { url: 'https://127.0.0.1:1/' },
          rules: [
            { apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'], operations: ['CREATE'] },
          ],
          namespaceSelector: { matchLabels: { probe: 'webhook' } },
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
          failurePolicy: 'Fail',
        },
      ],
    };
    await client.apply(webhook, { fieldManager: 'test' });
    const error = await until('the webhook to be in force', () =>
      client.create(configMap({}, freshName('map'), where), { fieldManager: 'test' }).then(
        () => undefined,
        (error: unknown) => error,
      ),
    );
    expect(error).toMatchObject({
      code: 'api-unavailable',
      message: expect.stringContaining('failed calling webhook'),
    });
  });

  test('a namespace that is going away is waited for', async () => {
    const where = await namespace();
    const stays = {
      ...configMap({}, 'stays', where),
      metadata: { name: 'stays', namespace: where, finalizers: ['example.com/stay'] },
    };
    await client.create(stays, { fieldManager: 'test' });
    await client.delete({ apiVersion: 'v1', kind: 'Namespace', name: where });
    const error = await failureOf(client.create(configMap({}, 'late', where), { fieldManager: 'test' }));
    expect(error).toMatchObject({ code: 'api-unavailable', status: 403 });
    await client.patch(
      await client.pathOf(stays),
      { metadata: { finalizers: null } },
      { fieldManager: 'test' },
    );
  });

  test('an object that is not valid is request-rejected', async () => {
    const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x', namespace: 'default' } };
    const empty = client.apply({ ...service, spec: { ports: [] } }, { fieldManager: 'test' });
    expect(await failureOf(empty)).toMatchObject({ code: 'request-rejected', status: 422 });
    const misspelt = client.apply({ ...service, spec: { portz: [] } }, { fieldManager: 'test' });
    expect(await failureOf(misspelt)).toMatchObject({ code: 'request-rejected', status: 500 });
  });

  test('what the API server does not serve is request-rejected', async () => {
    const gateway = {
      apiVersion: 'gateway.example.com/v1',
      kind: 'Gateway',
      metadata: { name: 'x', namespace: 'default' },
    };
    const error = await failureOf(client.apply(gateway, { fieldManager: 'test' }));
    expect(error.message).toBe('the API server does not serve gateway.example.com/v1 Gateway');
    expect(await client.get('/apis/gateway.example.com/v1/gateways')).toBeUndefined();
  });
});

describe('the way to the cluster', () => {
  test('a user that is removed is credentials-refused, when there is no more patience', async () => {
    const user = freshName('gone');
    const rules = [{ apiGroups: [''], resources: ['nodes'], verbs: ['list'] }];
    const gone = await clientOf(user, rules, new Refusals(0));
    // Before the first request: the API server remembers for 10 s whom it has let in.
    cluster.removeUser(user);
    const error = await failureOf(gone.list('/api/v1/nodes'));
    expect(error).toMatchObject({ code: 'credentials-refused', status: 401, transient: false });
  });

  test('a server whose CA the kubeconfig does not hold is cluster-not-usable', async () => {
    const path = await writeKubeconfig(
      cluster.server,
      { token: cluster.adminToken },
      { 'insecure-skip-tls-verify': false },
    );
    const error = await failureOf(new ClusterClient({ name: 'eu-1', path }).get('/version'));
    expect(error).toMatchObject({ code: 'cluster-not-usable', action: expect.stringContaining('the CA') });
  });

  test('a Pod that is gone cannot be forwarded to, and is asked for again later', async () => {
    const error = await failureOf(client.getThroughPortForward('default', 'no-such-pod', 8080, '/'));
    expect(error).toMatchObject({ code: 'api-unavailable', status: 404 });
  });

  test('without pods/portforward that permission is named', async () => {
    const weak = await clientOf(freshName('weak'));
    const error = await failureOf(weak.getThroughPortForward('default', 'no-such-pod', 8080, '/'));
    expect(error).toMatchObject({
      code: 'permission-denied',
      message: expect.stringContaining('pods/portforward'),
    });
  });

  test('the same client works again after the API server was dead', async () => {
    await client.get('/version');
    await cluster.stopApiServer();
    expect(await failureOf(client.get('/version'))).toMatchObject({
      code: 'api-unavailable',
      transient: true,
    });
    const forwarding = client.getThroughPortForward('default', 'no-such-pod', 8080, '/');
    expect(await failureOf(forwarding)).toMatchObject({ code: 'api-unavailable' });
    await cluster.startApiServer();
    expect(await client.get('/version')).toMatchObject({ major: '1' });
  });

  test('an API server that starts is not taken for one that denies a permission', async () => {
    const rules = [{ apiGroups: [''], resources: ['namespaces'], verbs: ['get'] }];
    const user = await clientOf(freshName('user'), rules);
    const seen = new Set<string>();
    for (let start = 0; start < 2; start += 1) {
      await cluster.stopApiServer();
      let starting: Promise<void> | undefined = cluster.startApiServer().finally(() => {
        starting = undefined;
      });
      while (starting) {
        const asked = user.get('/api/v1/namespaces/default');
        seen.add(
          await asked.then(
            () => 'answered',
            ({ code }) => code,
          ),
        );
      }
    }
    expect([...seen].sort()).toEqual(['answered', 'api-unavailable']);
  });
});
