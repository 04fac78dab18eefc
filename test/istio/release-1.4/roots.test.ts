import { expect, it } from 'vitest';
import { compareRoots } from '../../../src/istio/release-1.4/roots.js';
import { stubCluster } from '../support/stub-cluster.js';

const never = new AbortController().signal;
const PATH = '/api/v1/namespaces/istio-system/configmaps/istio-security';
const cluster = async (root?: string) =>
  (await stubCluster(root === undefined ? {} : { [PATH]: { data: { caTLSRootCert: root } } })).client;

it.each([
  ['the same root', 'root', 'root\n', { verdict: 'equal' }],
  ['roots of their own', 'root', 'other', { verdict: 'different' }],
  ['none in the primary', undefined, 'root', { verdict: 'unknown' }],
  ['none in the remote', 'root', '', { verdict: 'unknown' }],
])('says what two citadels have: %s', async (_, ofPrimary, ofRemote, verdict) => {
  const [primary, remote] = await Promise.all([cluster(ofPrimary), cluster(ofRemote)]);
  expect(await compareRoots(primary, remote, 'istio-system', never)).toMatchObject(verdict);
});
