import { describe, expect, it } from 'vitest';
import type { StoredRelease } from '../../../../src/istio/installers/helm/release/stored-releases.js';
import { parseHelmManifest, type WantedRelease } from '../../../../src/istio/installers/helm/renderer.js';
import {
  replacesControlPlane,
  setReplacementPhase,
} from '../../../../src/istio/installers/helm/replacement.js';
import { clientOf } from '../../../kubernetes/support/stub-api-server.js';
import { primaryInput } from '../../support/inputs.js';
import { startStubCluster } from './support/stub-cluster.js';

const signal = new AbortController().signal;
const input = primaryInput();
const PATH = '/apis/apps/v1/namespaces/istio-system/deployments/istiod';
const manifest = (image: string) => `apiVersion: apps/v1
kind: Deployment
metadata: { name: istiod, namespace: istio-system }
spec: { template: { spec: { containers: [{ name: discovery, image: ${image} }] } } }
`;

function wanted(image: string): WantedRelease {
  const name = { release: 'istiod', namespace: 'istio-system' };
  const chart = { path: '', name: 'istiod', version: '1.31.0', appVersion: '1.31.0' };
  const objects = parseHelmManifest(manifest(image), name);
  return { ...name, chart, values: {}, manifest: manifest(image), objects };
}

const deployment = (image: string, changes: { minReadySeconds?: number; managedFields?: object[] } = {}) => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'istiod',
    namespace: 'istio-system',
    ...(changes.managedFields && { managedFields: changes.managedFields }),
  },
  spec: {
    ...(changes.minReadySeconds && { minReadySeconds: changes.minReadySeconds }),
    template: { spec: { containers: [{ name: 'discovery', image }] } },
  },
});

async function cluster(live: object | undefined) {
  const stub = await startStubCluster(live === undefined ? {} : { [PATH]: live });
  const { answer } = stub;
  stub.answer = (request, response) =>
    request.method === 'PATCH' ? JSON.parse(request.body) : answer(request, response);
  const writes = () =>
    stub.requests.filter(({ method }) => method === 'PATCH').map(({ body }) => JSON.parse(body).spec);
  return { client: await clientOf(stub.url), writes };
}

describe('setReplacementPhase', () => {
  it('keeps old Pods while they are replaced, and for a while at other times', async () => {
    const { client, writes } = await cluster(deployment('a'));
    await setReplacementPhase(client, input, 'replacing', signal);
    await setReplacementPhase(client, input, 'standing', signal);
    expect(writes()).toEqual([
      { minReadySeconds: 86_400, progressDeadlineSeconds: 90_000 },
      { minReadySeconds: 20 },
    ]);
  });

  it('takes a default over from Helm, which owns it without having set it', async () => {
    const fieldsV1 = { 'f:spec': { 'f:progressDeadlineSeconds': {} } };
    const managedFields = [{ manager: 'helm', operation: 'Update', fieldsV1 }];
    const { client, writes } = await cluster(deployment('a', { managedFields }));
    await setReplacementPhase(client, input, 'replacing', signal);
    expect(writes()).toEqual([{ minReadySeconds: 86_400, progressDeadlineSeconds: 90_000 }]);
  });

  it('leaves alone what somebody else has set, and a Deployment that is not there', async () => {
    const fieldsV1 = { 'f:spec': { 'f:minReadySeconds': {} } };
    const managedFields = [{ manager: 'kubectl-edit', operation: 'Update', fieldsV1 }];
    const edited = await cluster(deployment('a', { managedFields }));
    await setReplacementPhase(edited.client, input, 'standing', signal);
    expect(edited.writes()).toEqual([{}]);
    const none = await cluster(undefined);
    expect(await setReplacementPhase(none.client, input, 'standing', signal)).toBe(false);
  });
});

describe('replacesControlPlane', () => {
  const replaces = async (live: object | undefined, next: string, stored?: string) => {
    const { client } = await cluster(live);
    const release = stored === undefined ? undefined : ({ manifest: manifest(stored) } as StoredRelease);
    return replacesControlPlane(client, input, wanted(next), release, signal);
  };

  it('is true when istiod would get other Pods, or is getting them', async () => {
    expect(await replaces(deployment('a'), 'b', 'a')).toBe(true);
    // Helm's record shows what a dry run cannot.
    expect(await replaces(deployment('b'), 'b', 'a')).toBe(true);
    expect(await replaces(deployment('a', { minReadySeconds: 86_400 }), 'a', 'a')).toBe(true);
  });

  it('is false when it would keep them, or has none', async () => {
    expect(await replaces(deployment('a'), 'a', 'a')).toBe(false);
    expect(await replaces(undefined, 'a')).toBe(false);
  });
});
