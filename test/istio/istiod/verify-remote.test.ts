import { expect, test } from 'vitest';
import { createActivities } from '../../../activities/index.js';
import { dependenciesOn, failureOf, run } from '../../activities/support.js';
import { refuse, startStubApiServer, writeKubeconfig } from '../../kubernetes/support/stub-api-server.js';
import { remoteInput } from '../support/inputs.js';

const SLICES = '/apis/discovery.k8s.io/v1/namespaces/istio-system/endpointslices';
const SLICE = `${SLICES}/istiod`;
/** An attempt that has time for a few looks. */
const SHORT = { startToCloseTimeoutMs: 5_000 };

/** One server in the place of both API servers; its istiod is at `pods`, and the remote's slice holds `slice`. */
async function meshOf({ pods, slice }: { pods: readonly string[]; slice: readonly string[] }) {
  const writes: string[] = [];
  const server = await startStubApiServer(({ method, path }, response) => {
    if (method !== 'GET') writes.push(`${method} ${path.split('?')[0]}`);
    if (path.includes('/pods?')) {
      const items = pods.map((podIP) => ({
        metadata: { name: `istiod-${podIP}` },
        status: { podIP, conditions: [{ type: 'Ready', status: 'True' }] },
      }));
      return { items };
    }
    // Whatever is applied: somebody else has written it again by the time that it is read back.
    const live = { metadata: { name: 'istiod' }, addressType: 'IPv4', endpoints: endpointsAt(slice) };
    if (path.startsWith(`${SLICES}?`)) return { items: [live] };
    if (path.startsWith(SLICE)) return live;
    if (path === '/api/v1/namespaces/istio-system/services/istiod') return { metadata: { uid: 'u-1' } };
    return refuse(response, 404, { reason: 'NotFound' });
  });
  const kubeconfig = await writeKubeconfig(server.url, { token: 't' });
  const dependencies = await dependenciesOn(['eu-1', 'hub'].map((name) => ({ name, kubeconfig })));
  return { dependencies, writes };
}

function endpointsAt(addresses: readonly string[]) {
  return addresses.map((address) => ({ addresses: [address] }));
}

test('endpoints that do not become the Ready Pods of istiod are no proof, however often they are written', async () => {
  const { dependencies, writes } = await meshOf({ pods: ['10.1.0.5'], slice: ['10.9.9.9'] });
  const failure = await failureOf(run(createActivities(dependencies).verifyRemote, remoteInput(), SHORT));
  expect(failure).toMatchObject({ type: 'endpoints-outdated', nonRetryable: false });
  expect(failure.message).toContain('the endpoints were not the Ready Pods of istiod (10.1.0.5)');
  expect(writes.length).toBeGreaterThan(1);
  expect(new Set(writes)).toEqual(new Set([`PATCH ${SLICE}`]));
});

test('endpoints with fewer or more than the Ready Pods are no proof', async () => {
  const both = ['10.1.0.5', '10.1.0.6'];
  const running = [
    { pods: both, slice: ['10.1.0.5'] },
    { pods: ['10.1.0.5'], slice: both },
  ].map(async (mesh) => {
    const { dependencies } = await meshOf(mesh);
    return await failureOf(run(createActivities(dependencies).verifyRemote, remoteInput(), SHORT));
  });
  const outdated = { type: 'endpoints-outdated', nonRetryable: false };
  expect(await Promise.all(running)).toMatchObject([outdated, outdated]);
});

test('without a Ready Pod of istiod there is nothing to point a remote at', async () => {
  const { dependencies, writes } = await meshOf({ pods: [], slice: ['10.1.0.5'] });
  const running = [
    run(createActivities(dependencies).verifyRemote, remoteInput(), SHORT),
    run(createActivities(dependencies).collectEndpoints, remoteInput(), SHORT),
  ].map(failureOf);
  const none = { type: 'no-ready-endpoint', nonRetryable: false };
  expect(await Promise.all(running)).toMatchObject([none, none]);
  expect(writes).toEqual([]);
});
