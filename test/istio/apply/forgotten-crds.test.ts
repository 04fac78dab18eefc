import { expect, test } from 'vitest';
import { remindOfCRDs } from '../../../src/istio/apply/forgotten-crds.js';
import { clientOf, refuse, startStubApiServer } from '../../kubernetes/support/stub-api-server.js';

const PATH = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gateways.networking.istio.io';

/** Returns what is written to a CRD with these conditions when its API server is reminded of it. */
async function writtenTo(conditions?: Readonly<Record<string, string>>): Promise<unknown[]> {
  const status = {
    conditions: Object.entries(conditions ?? {}).map(([type, status]) => ({ type, status })),
  };
  const server = await startStubApiServer((_, response) =>
    conditions ? { metadata: {}, status } : refuse(response, 404, { reason: 'NotFound' }),
  );
  const { signal } = new AbortController();
  await remindOfCRDs(await clientOf(server.url), ['gateways.networking.istio.io'], signal);
  expect(server.requests[0]).toMatchObject({ method: 'GET', path: PATH });
  return server.requests.slice(1).map(({ method, path, body }) => [`${method} ${path}`, JSON.parse(body)]);
}

test('a CRD that is accepted and not established is changed, and then is as before', async () => {
  const annotated = (value: string | null) => [
    `PATCH ${PATH}?fieldManager=mesh-rollout`,
    { metadata: { annotations: { 'mesh-rollout/established-again': value } } },
  ];
  expect(await writtenTo({ NamesAccepted: 'True' })).toEqual([annotated('true'), annotated(null)]);
  expect(await writtenTo({ NamesAccepted: 'True', Established: 'False' })).toHaveLength(2);
});

test.each([
  ['is established', { NamesAccepted: 'True', Established: 'True' }],
  ['has a name that another one has', { NamesAccepted: 'False', Established: 'False' }],
  ['is not looked at yet', {}],
  ['is gone', undefined],
])('a CRD that %s is left alone', async (_, conditions) => {
  expect(await writtenTo(conditions)).toEqual([]);
});
