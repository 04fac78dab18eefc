import { describe, expect, it } from 'vitest';
import {
  keepSlice,
  writeControlPlaneService,
} from '../../../../src/istio/installers/helm/control-plane-service.js';
import { clientOf, type StubRequest } from '../../../kubernetes/support/stub-api-server.js';
import { remoteInput } from '../../support/inputs.js';
import { startStubCluster } from './support/stub-cluster.js';

const signal = new AbortController().signal;
const SLICE = '/apis/discovery.k8s.io/v1/namespaces/istio-system/endpointslices/istiod';
const HELM = {
  labels: { 'app.kubernetes.io/managed-by': 'Helm' },
  annotations: { 'meta.helm.sh/release-name': 'istiod', 'meta.helm.sh/release-namespace': 'istio-system' },
};

function written(requests: readonly StubRequest[]) {
  return requests.filter(({ method }) => method === 'PATCH').map(({ body }) => JSON.parse(body));
}

async function cluster(objects: Record<string, object> = {}) {
  const stub = await startStubCluster(objects);
  const { answer } = stub;
  stub.answer = (request, response) =>
    request.method === 'PATCH' ? JSON.parse(request.body) : answer(request, response);
  return { stub, client: await clientOf(stub.url) };
}

describe('writeControlPlaneService', () => {
  it("writes the chart's Service, which Helm does not delete, with the families of the values", async () => {
    const { stub, client } = await cluster();
    const values = { global: { ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv6', 'IPv4'] } };
    await writeControlPlaneService(client, remoteInput({ revision: 'canary', values }), signal);
    expect(written(stub.requests)).toMatchObject([
      {
        metadata: {
          name: 'istiod-canary',
          labels: { 'istio.io/rev': 'canary' },
          annotations: { 'helm.sh/resource-policy': 'keep' },
        },
        spec: {
          ports: [{ port: 15012 }, { port: 443, targetPort: 15017 }],
          ipFamilyPolicy: 'PreferDualStack',
          ipFamilies: ['IPv6', 'IPv4'],
        },
      },
    ]);
  });
});

describe('keepSlice', () => {
  it('keeps a slice that an earlier release has made, and no other', async () => {
    const own = await cluster({ [SLICE]: { metadata: { name: 'istiod' } } });
    expect(await keepSlice(own.client, remoteInput(), signal)).toBe(false);
    expect(written(own.stub.requests)).toEqual([]);
    const taken = await cluster({ [SLICE]: { metadata: { name: 'istiod', ...HELM } } });
    await keepSlice(taken.client, remoteInput(), signal);
    expect(written(taken.stub.requests)).toMatchObject([
      { metadata: { annotations: { 'helm.sh/resource-policy': 'keep' } } },
    ]);
  });
});
