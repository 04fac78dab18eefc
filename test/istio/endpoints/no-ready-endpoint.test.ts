import { expect, it } from 'vitest';
import { readyControlPlanePods } from '../../../src/istio/control-plane/control-plane-pods.js';
import { clientOf, startStubApiServer } from '../../kubernetes/support/stub-api-server.js';

const never = new AbortController().signal;
const controlPlane = { istioNamespace: 'istio-system', revision: 'default' };

function pod(
  name: string,
  podIP: string | undefined,
  ready: 'True' | 'False' = 'True',
  metadata: object = {},
) {
  return {
    metadata: { name, ...metadata },
    status: { podIP, conditions: [{ type: 'Ready', status: ready }] },
  };
}

/** The Ready Pods of a primary that has these. */
async function readyOf(...items: object[]) {
  const server = await startStubApiServer(() => ({ items }));
  return await readyControlPlanePods(await clientOf(server.url), controlPlane, never);
}

it('finds the Pods that are Ready, by address', async () => {
  expect(await readyOf(pod('b', '10.1.0.7'), pod('a', '10.1.0.5'), pod('c', '10.1.0.6', 'False'))).toEqual([
    { name: 'a', address: '10.1.0.5', addresses: ['10.1.0.5'] },
    { name: 'b', address: '10.1.0.7', addresses: ['10.1.0.7'] },
  ]);
});

it.each([
  ['there is none', [], 'there is none'],
  ['none is Ready', [pod('a', '10.1.0.5', 'False')], '1 are not ready'],
  ['none has an address', [pod('a', undefined)], '1 are not ready'],
  [
    'all are on their way out',
    [pod('a', '10.1.0.5', 'True', { deletionTimestamp: '2026-11-22T10:00:00Z' })],
    '1 are not ready',
  ],
])('finds no endpoint where %s', async (_, pods, words) => {
  await expect(readyOf(...pods)).rejects.toMatchObject({
    code: 'no-ready-endpoint',
    transient: true,
    cluster: 'eu-1',
    message: expect.stringContaining(words),
  });
});
