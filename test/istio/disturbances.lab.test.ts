import { beforeAll, describe, expect, it } from 'vitest';
import { createActivities } from '../../activities/index.js';
import type { LabCluster } from '../../lab/lab.js';
import { isAnswer } from '../../lab/tolerate.js';
import { ISTIOCTL_MANAGER } from '../../src/istio/apply/ownership.js';
import { checkRootCertificate, readMeshRoot } from '../../src/istio/control-plane/root-certificate.js';
import { ClusterClient } from '../../src/kubernetes/client/cluster-client.js';
import type { RemoteInput } from '../../src/rollout/resolve/resolved.js';
import { failureOf, run } from '../activities/support.js';
import { expectAttached } from '../e2e/proofs/proofs.js';
import { createAuthority } from '../support/certificates.js';
import { istioctl } from '../support/run.js';
import { until } from '../support/wait.js';
import {
  attach,
  inputFor,
  newCluster,
  newWorker,
  type RemoteStepName,
  step,
  totalChanged,
  useHub,
} from './support/lab-mesh.js';

const ISTIO = '/api/v1/namespaces/istio-system';
const CONTROL_PLANES = 'topology.istio.io/controlPlaneClusters';
const few = { controllers: 'few' } as const;
const never = new AbortController().signal;

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

/**
 * Runs a step until it comes to its end: each attempt with a worker that remembers nothing, and with twice the time of the
 * one before. Returns how many attempts were interrupted.
 */
async function attemptsInterrupted(name: RemoteStepName, input: RemoteInput): Promise<number> {
  for (let [count, startToCloseTimeoutMs] = [0, 10]; ; count++, startToCloseTimeoutMs *= 2) {
    const attempt = createActivities(await newWorker())[name];
    try {
      const call = { ...input, wasLive: false };
      await run<typeof call, unknown>(attempt, call, { startToCloseTimeoutMs });
      return count;
    } catch (error) {
      expect(error).toMatchObject({ nonRetryable: false });
    }
  }
}

describe('a remote that was registered before its namespace was annotated', () => {
  it('is read anew by istiod, and attached', async () => {
    const remote = await newCluster('late', few);
    const worker = await newWorker();
    const input = await inputFor(remote);
    await step(worker, 'installRemote', input);
    await step(worker, 'registerRemote', input);
    await synced(remote);
    const [primaryClient, client] = await Promise.all(
      [hub, remote].map(({ name }) => worker.clusters.get(name)),
    );
    const root = await readMeshRoot(primaryClient as ClusterClient, 'istio-system', never);
    const check = checkRootCertificate(client as ClusterClient, 'istio-system', root, never);
    await expect(check).rejects.toMatchObject({ code: 'root-cert-missing' });

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
    const steps = ['prepareNamespace', 'installRemote', 'registerRemote', 'activateInjection'] as const;
    for (const name of steps) {
      const interrupted = await attemptsInterrupted(name, await inputFor(remote));
      expect(interrupted, name).toBeGreaterThan(0);
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

  describe('with namespaces that allow no sidecar', () => {
    const labelsOf = async (name: string) =>
      (await remote.api.get<{ metadata: { labels: object } }>(`/api/v1/namespaces/${name}`)).metadata.labels;
    const wanted = (...names: string[]) => names.map((name) => ({ name, injection: 'enabled' }));

    it.each(['baseline', 'restricted'])(
      'leaves one of pod security %s as it is, and says why',
      async (level) => {
        await remote.addNamespace(level, { labels: { 'pod-security.kubernetes.io/enforce': level } });
        const namespaces = wanted(level, 'default');
        const failure = await failureOf(attach(await newWorker(), remote, { namespaces }));
        expect(failure).toMatchObject({ type: 'injection-refused', nonRetryable: true });
        expect(failure.message).toContain(`namespace ${level} refuses Pods with a sidecar`);
        expect(failure.message).toContain('NET_ADMIN');
        expect(await labelsOf(level)).not.toHaveProperty('istio-injection');
      },
    );

    it('leaves one whose policy refuses NET_ADMIN as it is', async () => {
      const [name, namespace] = ['no-net-admin', 'guarded'];
      await remote.addNamespace(namespace);
      const policies = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';
      const expression =
        '!has(object.spec.initContainers) || object.spec.initContainers.all(c, !has(c.securityContext) || !has(c.securityContext.capabilities) || !has(c.securityContext.capabilities.add) || !("NET_ADMIN" in c.securityContext.capabilities.add))';
      await remote.api.post(policies, {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name },
        spec: {
          failurePolicy: 'Fail',
          matchConstraints: {
            resourceRules: [
              { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
            ],
          },
          validations: [{ expression, message: 'NET_ADMIN is not allowed here' }],
        },
      });
      await remote.api.post(`${policies.replace('policies', 'policybindings')}`, {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name },
        spec: {
          policyName: name,
          validationActions: ['Deny'],
          matchResources: {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
          },
        },
      });
      // A policy is in force within a second or so.
      const failure = await until('the policy is in force', async () => {
        const refused = await failureOf(
          step(
            await newWorker(),
            'activateInjection',
            await inputFor(remote, { namespaces: wanted(namespace) }),
          ),
        ).catch(() => undefined);
        return refused?.type === 'injection-refused' ? refused : undefined;
      });
      expect(failure.message).toContain('NET_ADMIN is not allowed here');
      expect(await labelsOf(namespace)).not.toHaveProperty('istio-injection');
    });

    it('leaves one whose quota only a Pod without a sidecar meets as it is', async () => {
      await remote.addNamespace('counted');
      const hard = { 'requests.cpu': '50m', 'requests.memory': '64Mi' };
      await remote.api.post('/api/v1/namespaces/counted/resourcequotas', {
        apiVersion: 'v1',
        kind: 'ResourceQuota',
        metadata: { name: 'small' },
        spec: { hard },
      });
      // No controller of quotas runs in this cluster.
      const status = { hard, used: { 'requests.cpu': '0', 'requests.memory': '0' } };
      const path = '/api/v1/namespaces/counted/resourcequotas/small/status';
      await remote.api.patch(path, 'merge-patch+json', { status });
      const namespaces = wanted('counted');
      const failure = await failureOf(attach(await newWorker(), remote, { namespaces }));
      expect(failure).toMatchObject({ type: 'injection-refused', nonRetryable: true });
      expect(failure.message).toContain('exceeded quota: small');
      expect(await labelsOf('counted')).not.toHaveProperty('istio-injection');
    });

    it('asks for a word about one that refuses every probe Pod, and says what is not proven', async () => {
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
      const namespaces = wanted('limited', 'busy');
      const failure = await failureOf(attach(await newWorker(), remote, { namespaces }));
      expect(failure).toMatchObject({ type: 'injection-not-proven', nonRetryable: true });
      expect(await labelsOf('busy')).not.toHaveProperty('istio-injection');

      const accept = ['injection-unproven'];
      const { verifyInjection } = await attach(await newWorker(), remote, { namespaces, accept });
      expect(verifyInjection).toMatchObject({
        proofs: [
          { what: 'injection', value: 'busy', proven: true },
          { what: 'injection', value: 'limited', proven: false },
        ],
        podsWithoutSidecar: 1,
        findings: [
          { code: 'injection-unproven', severity: 'warn', where: 'Namespace limited' },
          { code: 'pods-without-sidecar', severity: 'info', where: 'Namespace busy' },
        ],
      });
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
    const { pointRemotes } = createActivities(worker);
    const { primary, istioNamespace, revision, release, installer } = input;
    const source = { primary, istioNamespace, revision, release, installer, patienceMs: 5_000 };
    for (const changed of [1, 0]) {
      const result = await run(pointRemotes, { ...source, clusters: [remote.name, 'no-such-cluster'] });
      expect(result).toMatchObject({
        pointed: [{ cluster: remote.name, changed }],
        failed: [{ cluster: 'no-such-cluster', code: 'cluster-not-usable' }],
      });
    }
    // The first call of the webhook may still take a connection to the istiod that is gone.
    const pods = '/api/v1/namespaces/default/pods?dryRun=All';
    const pod = { metadata: { name: 'early' }, spec: { containers: [{ name: 'app', image: 'app' }] } };
    await until('the webhook to be called', () => remote.api.post(pods, pod), { tolerate: isAnswer(500) });
    await attached(remote);
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
