import { expect } from 'vitest';
import type { LabCluster } from '../../../lab/lab.js';
import type { Fleet } from '../support/fleet.js';

/** A Pod, as far as it matters here. */
export interface Pod {
  readonly metadata: { readonly labels?: Record<string, string> };
  readonly status: {
    readonly podIP?: string;
    readonly phase?: string;
    readonly conditions?: { type: string; status: string }[];
  };
  readonly spec: {
    readonly containers: Container[];
    readonly initContainers?: Container[];
  };
}
interface Container {
  readonly name: string;
  readonly env?: { name: string; value?: string }[];
}

/** Reads back, without the product, everything that makes a remote of a fleet attached; fails with what is missing. */
export async function expectAttached(fleet: Fleet, remote: LabCluster, namespace = 'default'): Promise<void> {
  const pods = await fleet.primary.api.get<{ items: Pod[] }>(
    '/api/v1/namespaces/istio-system/pods?labelSelector=app%3Distiod',
  );
  const ready = pods.items
    .filter((pod) => pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'))
    .map((pod) => pod.status.podIP);
  expect(ready.length, `Ready istiod Pods in ${fleet.primary.name}`).toBeGreaterThan(0);
  const slice = await remote.api.get<{ items: { endpoints: { addresses: string[] }[] }[] }>(
    '/apis/discovery.k8s.io/v1/namespaces/istio-system/endpointslices?labelSelector=kubernetes.io%2Fservice-name%3Distiod',
  );
  expect(
    slice.items.flatMap(({ endpoints }) => endpoints.flatMap(({ addresses }) => addresses)).sort(),
  ).toEqual(ready.sort());

  const { webhooks } = await remote.api.get<{ webhooks: { clientConfig: { caBundle?: string } }[] }>(
    '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/istio-sidecar-injector',
  );
  const root = await rootCertificate(fleet.primary, 'istio-system');
  const authorities = webhooks.map(({ clientConfig }) => Buffer.from(clientConfig.caBundle ?? '', 'base64'));
  expect(new Set(authorities.map((each) => each.toString('utf8').trim()))).toEqual(new Set([root]));
  expect(await rootCertificate(remote, namespace)).toBe(root);
  await fleet.primary.api.get(`/api/v1/namespaces/istio-system/secrets/istio-remote-secret-${remote.name}`);

  const probe = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'by-the-test' },
    spec: { containers: [{ name: 'app', image: 'app' }] },
  };
  const injected = await remote.api.post<Pod>(`/api/v1/namespaces/${namespace}/pods?dryRun=All`, probe);
  expect(clusterOfSidecar(injected)).toBe(remote.name);
}

/** What istiod wrote into a namespace, PEM; fails when it wrote nothing. */
async function rootCertificate(cluster: LabCluster, namespace: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/configmaps/istio-ca-root-cert`;
  const { data } = await cluster.api.get<{ data?: { 'root-cert.pem'?: string } }>(path);
  expect(data?.['root-cert.pem'], `${namespace} of ${cluster.name}`).toContain('BEGIN CERTIFICATE');
  return data?.['root-cert.pem']?.trim() ?? '';
}

/** The cluster ID that the sidecar of a Pod carries; undefined without a sidecar. */
export function clusterOfSidecar(pod: Pod): string | undefined {
  const containers = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
  const sidecar = containers.find(({ name }) => name === 'istio-proxy');
  return sidecar?.env?.find(({ name }) => name === 'ISTIO_META_CLUSTER_ID')?.value;
}

/** Creates a Deployment with one replica and gives its Pod as soon as it is ready. */
export async function runningPod(remote: LabCluster, name: string): Promise<Pod | undefined> {
  const { items } = await remote.api.get<{ items: Pod[] }>(
    `/api/v1/namespaces/default/pods?labelSelector=app%3D${name}`,
  );
  return items.find((pod) =>
    pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'),
  );
}

/** A Deployment as a user would write it, with one replica. */
export function deployment(name: string): object {
  const labels = { app: name };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'app', image: 'app:1' }] } },
    },
  };
}
