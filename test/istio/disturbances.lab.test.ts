import { beforeAll, describe, expect, it } from 'vitest';
import { createActivities } from '../../activities/index.js';
import type { LabCluster } from '../../lab/lab.js';
import { ISTIOCTL_MANAGER } from '../../src/istio/ownership.js';
import { ClusterClient } from '../../src/kubernetes/cluster-client.js';
import { failureOf, run } from '../activities/support.js';
import { expectAttached } from '../e2e/proofs.js';
import { createAuthority } from '../support/certificates.js';
import { freshName } from '../support/lab.js';
import { istioctl } from '../support/run.js';
import { until } from '../support/wait.js';
import { attach, inputFor, newCluster, newWorker, step, totalChanged, useHub } from './support/lab-mesh.js';

const ISTIO = '/api/v1/namespaces/istio-system';
const CONTROL_PLANES = 'topology.istio.io/controlPlaneClusters';
const few = { controllers: 'few' } as const;

let hub: LabCluster;

beforeAll(async () => {
  hub = await useHub();
});

const attached = (remote: LabCluster) =>
  expectAttached({ primary: hub } as Parameters<typeof expectAttached>[0], remote);

const synced = (remote: LabCluster) =>
  until('istiod has synced', async () => {
    const { stdout } = await istioctl(hub.kubeconfigPath, 'remote-clusters');
    return new RegExp(`${remote.name} .* synced`).test(stdout);
  });

describe('a remote that was registered before its namespace was annotated', () => {
  it('is read anew by istiod, and attached', async () => {
    const remote = await newCluster('late', few);
    const worker = await newWorker();
    const input = await inputFor(remote);
    await step(worker, 'installRemote', input);
    await step(worker, 'registerRemote', input);
    await synced(remote);

    const results = await attach(worker, remote);
    expect(results.activateInjection?.changed).toBe(2);
    await attached(remote);
    expect(totalChanged(await attach(await newWorker(), remote))).toBe(0);
  });
});

describe('a remote', () => {
  let remote: LabCluster;

  beforeAll(async () => {
    remote = await newCluster('disturbed', few);
  });

  it('is attached by an attempt that finds what interrupted ones have left', async () => {
    for (const startToCloseTimeoutMs of [150, 300, 600, 1_000, 1_500, 2_500]) {
      const activities = createActivities(await newWorker());
      const input = await inputFor(remote);
      const attempt = async () => {
        for (const name of [
          'prepareNamespace',
          'installRemote',
          'registerRemote',
          'activateInjection',
        ] as const) {
          await run<typeof input, unknown>(activities[name], input, { startToCloseTimeoutMs });
        }
      };
      await attempt().catch(() => {});
    }
    await attach(await newWorker(), remote);
    await attached(remote);
  });

  it('keeps what a person has set, and names it', async () => {
    const worker = await newWorker();
    const input = await inputFor(remote);
    const service = `${ISTIO}/services/istiod`;
    const label = (value: string) =>
      remote.api.patch(`${service}?fieldManager=kubectl-label`, 'merge-patch+json', {
        metadata: { labels: { 'app.kubernetes.io/part-of': value } },
      });
    await label('something-else');
    const failure = await failureOf(step(worker, 'installRemote', input));
    expect(failure).toMatchObject({ type: 'field-conflict', nonRetryable: true });
    expect(failure.message).toContain(
      'Service istio-system/istiod: other field managers own what is to be set: kubectl-label owns .metadata.labels.app.kubernetes.io/part-of',
    );
    await label('istio');
    await step(worker, 'installRemote', input);
  });

  it('gets its remote secret back', async () => {
    const worker = await newWorker();
    await hub.api.delete(`${ISTIO}/secrets/istio-remote-secret-${remote.name}`);
    const result = await step(worker, 'activateInjection', await inputFor(remote));
    expect(result.changed).toBe(1);
    await attached(remote);
  });

  it('is not registered twice', async () => {
    const worker = await newWorker();
    const own = `${ISTIO}/secrets/istio-remote-secret-${remote.name}`;
    const { data } = await hub.api.get<{ data: object }>(own);
    await hub.api.delete(own);
    const name = freshName('by-hand');
    const metadata = {
      name,
      labels: { 'istio/multiCluster': 'true' },
      annotations: { 'networking.istio.io/cluster': remote.name },
    };
    await hub.api.post(`${ISTIO}/secrets`, { apiVersion: 'v1', kind: 'Secret', metadata, data });
    const failure = await failureOf(step(worker, 'registerRemote', await inputFor(remote)));
    expect(failure).toMatchObject({ type: 'field-conflict', nonRetryable: true });
    expect(failure.message).toContain(
      `Secret istio-system/${name} of the primary registers ${remote.name} already`,
    );
    await hub.api.delete(`${ISTIO}/secrets/${name}`);
    await attach(worker, remote);
  });

  it('gets the sidecar into a restricted namespace as far as can be seen, and tells what cannot', async () => {
    await remote.addNamespace('restricted', {
      labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
    });
    await remote.addNamespace('limited');
    await remote.api.post('/api/v1/namespaces/limited/limitranges', {
      apiVersion: 'v1',
      kind: 'LimitRange',
      metadata: { name: 'small' },
      spec: { limits: [{ type: 'Container', max: { cpu: '5m' } }] },
    });
    await remote.addNamespace('busy');
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'old' },
      spec: { containers: [{ name: 'app', image: 'app' }] },
    };
    await remote.api.post('/api/v1/namespaces/busy/pods', pod);
    // Nobody runs Pods in this cluster.
    const running = { status: { phase: 'Running' } };
    await remote.api.patch('/api/v1/namespaces/busy/pods/old/status', 'merge-patch+json', running);
    const namespaces = ['restricted', 'limited', 'busy'].map((name) => ({ name, injection: 'enabled' }));
    const { verifyInjection } = await attach(await newWorker(), remote, { namespaces });
    expect(verifyInjection).toMatchObject({
      injected: ['restricted', 'busy'],
      unproven: ['limited'],
      podsWithoutSidecar: 1,
      findings: [
        { code: 'injection-unproven', severity: 'warn', where: 'Namespace limited' },
        { code: 'pods-without-sidecar', severity: 'info', where: 'Namespace busy' },
      ],
    });
  });

  it('labels no namespace when one of them is not ready', async () => {
    await remote.addNamespace('opted-out', { labels: { 'istio-injection': 'disabled' } });
    await remote.addNamespace('willing');
    const namespaces = ['opted-out', 'willing', 'gone'].map((name) => ({ name, injection: 'enabled' }));
    const failure = await failureOf(
      step(await newWorker(), 'labelNamespaces', await inputFor(remote, { namespaces })),
    );
    expect(failure).toMatchObject({ type: 'namespace-not-ready', nonRetryable: true });
    expect(failure.message).toContain('namespace opted-out is labelled istio-injection=disabled');
    expect(failure.message).toContain('namespace gone does not exist');
    const willing = await remote.api.get<{ metadata: { labels: object } }>('/api/v1/namespaces/willing');
    expect(willing.metadata.labels).not.toHaveProperty('istio-injection');
  });

  // The last of this remote: for 30 s after it nobody leads there, and new namespaces get no root certificate.
  it('follows istiod Pods that move, in verify-remote and in the last pass', async () => {
    const path = `${ISTIO}/pods?labelSelector=app%3Distiod`;
    interface Pod {
      metadata: { name: string; deletionTimestamp?: string };
      status: { podIP?: string; conditions?: { type: string; status: string }[] };
    }
    const move = async () => {
      const { items } = await hub.api.get<{ items: Pod[] }>(path);
      const old = new Set(items.map(({ metadata }) => metadata.name));
      for (const name of old) await hub.api.delete(`${ISTIO}/pods/${name}`);
      await until('another istiod is ready', async () => {
        const pods = (await hub.api.get<{ items: Pod[] }>(path)).items;
        const isReady = ({ status }: Pod) =>
          status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
        return pods.every(({ metadata }) => !old.has(metadata.name)) && pods.some(isReady);
      });
      // A Ready istiod still reads its remotes; an attempt that meets it then writes the endpoints and is tried again.
      await synced(remote);
    };
    const worker = await newWorker();
    const input = await inputFor(remote);

    await move();
    expect(await step(worker, 'verifyRemote', input)).toMatchObject({ changed: 1 });
    expect(await step(worker, 'verifyRemote', input)).toMatchObject({ changed: 0 });

    await move();
    const { refreshEndpoints } = createActivities(worker);
    const { primary, istioNamespace, revision } = input;
    const source = { primary, istioNamespace, revision };
    for (const changed of [1, 0]) {
      const refreshed = await run(refreshEndpoints, { ...source, cluster: remote.name });
      expect(refreshed.changed).toBe(changed);
    }
    const failure = await failureOf(run(refreshEndpoints, { ...source, cluster: 'no-such-cluster' }));
    expect(failure).toMatchObject({ type: 'cluster-not-usable', nonRetryable: true });
    // The first call of the webhook may still take a connection to the istiod that is gone.
    await until('Pods are injected by the new istiod', async () => {
      await attached(remote);
      return true;
    });
    // The ConfigMap `values` still names the Pod that was there when the remote was installed.
    await attach(worker, remote);
  });
});

/** In force in every namespace that is labelled, with a CA that is not the hub's. */
function injectorOfAnotherMesh() {
  const caBundle = Buffer.from(createAuthority('another mesh').certificate).toString('base64');
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingWebhookConfiguration',
    metadata: {
      name: 'istio-sidecar-injector',
      labels: { app: 'sidecar-injector', 'istio.io/rev': 'default' },
    },
    webhooks: [
      {
        name: 'namespace.sidecar-injector.istio.io',
        clientConfig: {
          service: { name: 'istiod', namespace: 'istio-system', path: '/inject', port: 443 },
          caBundle,
        },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
        namespaceSelector: { matchLabels: { 'istio-injection': 'enabled' } },
        failurePolicy: 'Fail',
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      },
    ],
  };
}

describe('a cluster that is not free', () => {
  it('is refused when another primary is annotated, and moved when that is accepted', async () => {
    const remote = await newCluster('taken', few);
    await remote.api.patch(ISTIO, 'merge-patch+json', {
      metadata: { annotations: { [CONTROL_PLANES]: 'another-hub' } },
    });
    const worker = await newWorker();
    const failure = await failureOf(attach(worker, remote));
    expect(failure).toMatchObject({ type: 'remote-taken', nonRetryable: true });
    expect(failure.message).toContain('another-hub');

    // Its namespace is busy, and the other mesh's injector is in force.
    await new ClusterClient({ name: remote.name, path: remote.kubeconfigPath }).apply(
      injectorOfAnotherMesh(),
      {
        fieldManager: ISTIOCTL_MANAGER,
      },
    );
    await remote.api.patch('/api/v1/namespaces/default', 'merge-patch+json', {
      metadata: { labels: { 'istio-injection': 'enabled' } },
    });
    const changes = { accept: ['attached-elsewhere'] } as const;
    const input = await inputFor(remote, changes);
    await step(worker, 'prepareNamespace', input);
    await step(worker, 'installRemote', input);
    // From here on Service istiod leads to the hub, which the other mesh's CA does not vouch for.
    await remote.api.post('/api/v1/namespaces/default/pods?dryRun=All', {
      metadata: { name: 'not-refused' },
      spec: { containers: [{ name: 'app', image: 'app' }] },
    });

    await attach(worker, remote, changes);
    await attached(remote);
  });

  it('is refused when it runs a control plane of its own', async () => {
    const input = await inputFor(hub, { accept: ['attached-elsewhere'] });
    const failure = await failureOf(step(await newWorker(), 'prepareNamespace', input));
    expect(failure).toMatchObject({ type: 'remote-taken', nonRetryable: true });
    expect(failure.message).toContain('Deployment istio-system/istiod of revision default');
  });
});
