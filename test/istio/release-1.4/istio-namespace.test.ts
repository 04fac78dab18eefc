import { expect, it } from 'vitest';
import { ensureIstioNamespace } from '../../../src/istio/release-1.4/istio-namespace.js';
import { failureOf } from '../../kubernetes/support/failure-of.js';
import { stubCluster } from '../support/stub-cluster.js';

const never = new AbortController().signal;
const PATH = '/api/v1/namespaces/istio-system';

it('creates the namespace once', async () => {
  const { client, writes } = await stubCluster();
  expect(await ensureIstioNamespace(client, 'istio-system', never)).toBe(true);
  expect(await ensureIstioNamespace(client, 'istio-system', never)).toBe(false);
  expect(writes()).toEqual(['POST /api/v1/namespaces']);
});

it('asks a person while the namespace is being deleted', async () => {
  const { client } = await stubCluster({ [PATH]: { metadata: {}, status: { phase: 'Terminating' } } });
  expect(await failureOf(ensureIstioNamespace(client, 'istio-system', never))).toMatchObject({
    code: 'namespace-not-ready',
    transient: false,
  });
});
