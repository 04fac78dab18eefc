import type { ActivityDependencies } from '../../activities/dependencies.js';
import {
  refuse,
  type StubApiServer,
  startStubApiServer,
  writeKubeconfig,
} from '../kubernetes/support/stub-api-server.js';
import { dependenciesOn } from './support.js';

const SLICES = '/apis/discovery.k8s.io/v1/namespaces/istio-system/endpointslices';

/** A primary and a remote that is attached to it, in the place of real ones. */
export interface StubMesh {
  readonly dependencies: ActivityDependencies;
  readonly primary: StubApiServer;
  readonly remote: StubApiServer;
  /** Addresses of the Ready Pods of istiod. */
  pods: string[];
  /** Their `pod-template-hash`; @default `one` */
  templates: string[];
  /** Addresses that the remote has. */
  endpoints(): string[];
}

/** @param istioctl path of a program that renders */
export async function stubMesh(pods: string[], istioctl = 'istioctl'): Promise<StubMesh> {
  const mesh = { pods, templates: [] as string[] };
  const primary = await startStubApiServer(({ path }, response) => {
    if (path.startsWith('/api/v1/namespaces/istio-system/pods?'))
      return { items: mesh.pods.map((address, index) => readyPod(address, mesh.templates[index] ?? 'one')) };
    if (path.startsWith('/api/v1/namespaces/istio-system/secrets?')) return { items: [remoteSecret('eu-1')] };
    if (path === '/api/v1/namespaces/istio-system')
      return { metadata: { name: 'istio-system', annotations: { 'mesh-rollout.dev/mesh': 'shop' } } };
    return refuse(response, 404, { reason: 'NotFound' });
  });
  let slice = sliceOf(pods);
  const remote = await startStubApiServer(({ method, path, body }, response) => {
    if (path.startsWith(SLICES) && method === 'PATCH') {
      slice = { ...JSON.parse(body), metadata: { ...slice.metadata, resourceVersion: `${Math.random()}` } };
      return slice;
    }
    if (path.startsWith(`${SLICES}?`)) return { items: [slice] };
    if (path === `${SLICES}/istiod`) return slice;
    if (path === '/api/v1/namespaces/istio-system/services/istiod')
      return { metadata: { name: 'istiod', uid: 'u-1' }, spec: { ipFamilies: ['IPv4'] } };
    if (path === '/api/v1/namespaces/istio-system') {
      const annotations = { 'topology.istio.io/controlPlaneClusters': 'hub' };
      return { metadata: { name: 'istio-system', annotations } };
    }
    return refuse(response, 404, { reason: 'NotFound' });
  });
  const dependencies = await dependenciesOn(
    [
      { name: 'hub', kubeconfig: await writeKubeconfig(primary.url, { token: 't' }) },
      { name: 'eu-1', kubeconfig: await writeKubeconfig(remote.url, { token: 't' }) },
    ],
    istioctl,
  );
  const endpoints = () => slice.endpoints.flatMap(({ addresses }) => addresses);
  return Object.assign(mesh, { dependencies, primary, remote, endpoints });
}

/** What was written to a server, as `PATCH /apis/…`; dry runs are none. */
export function writesTo({ requests }: StubApiServer): string[] {
  return requests.flatMap(({ method, path }) =>
    method === 'GET' || path.includes('dryRun=All') ? [] : [`${method} ${path.split('?')[0]}`],
  );
}

function readyPod(podIP: string, template: string) {
  const conditions = [{ type: 'Ready', status: 'True' }];
  const labels = { 'pod-template-hash': template };
  return { metadata: { name: `istiod-${podIP}`, labels }, status: { podIP, conditions } };
}

function remoteSecret(cluster: string) {
  const annotations = { 'networking.istio.io/cluster': cluster };
  return { metadata: { name: `istio-remote-secret-${cluster}`, annotations } };
}

/** As a rollout has written it. */
function sliceOf(addresses: readonly string[]) {
  return {
    metadata: {
      name: 'istiod',
      resourceVersion: '1',
      labels: { 'kubernetes.io/service-name': 'istiod' },
      managedFields: [{ manager: 'mesh-rollout', operation: 'Apply', fieldsV1: {} }],
    },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({ addresses: [address] })),
  };
}
