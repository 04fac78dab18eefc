import { describe, expect, it } from 'vitest';
import { kubeconfigOf } from '../../../src/istio/access/remote-access.js';
import {
  isRegistered,
  renewRemoteSecret,
  writeRemoteSecret,
} from '../../../src/istio/release-1.4/remote-secret.js';
import { DryRunClient } from '../../../src/kubernetes/client/dry-run-client.js';
import { failureOf } from '../../kubernetes/support/failure-of.js';
import { stubCluster } from '../support/stub-cluster.js';

const never = new AbortController().signal;
const NS = 'istio-system';
const SECRETS = `/api/v1/namespaces/${NS}/secrets`;
const PATH = `${SECRETS}/istio-remote-secret-eu-1`;
const ACCESS = { cluster: 'eu-1', server: 'https://10.0.0.1:6443', ca: 'the CA', token: 'a.b.c' };

/** A remote secret as an object of the primary. */
function secret(access = ACCESS, name = `istio-remote-secret-${access.cluster}`) {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: NS, uid: `uid-of-${name}`, labels: { 'istio/multiCluster': 'true' } },
    data: { [access.cluster]: Buffer.from(kubeconfigOf(access)).toString('base64') },
  };
}

describe('writeRemoteSecret', () => {
  it("writes the label and a kubeconfig under the cluster's name", async () => {
    const { client, objects, writes } = await stubCluster();
    expect(await writeRemoteSecret(client, NS, ACCESS, never)).toBe(true);
    expect(writes()).toEqual([`POST ${SECRETS}`]);
    const written = objects.get(PATH) as ReturnType<typeof secret>;
    expect(written.metadata.labels).toMatchObject({ 'istio/multiCluster': 'true' });
    expect(Object.keys(written.data)).toEqual(['eu-1']);
    expect(Buffer.from(written.data['eu-1'] ?? '', 'base64').toString()).toBe(kubeconfigOf(ACCESS));
    expect(await isRegistered(client, NS, ACCESS, never)).toBe(true);
  });

  it('leaves alone a secret that gives the same access', async () => {
    const { client, writes } = await stubCluster({ [PATH]: secret() });
    expect(await writeRemoteSecret(client, NS, ACCESS, never)).toBe(false);
    expect(writes()).toEqual([]);
  });

  it('deletes and creates a secret with another token, because pilot ignores changes', async () => {
    const { client, objects, writes, requests } = await stubCluster({
      [PATH]: secret({ ...ACCESS, token: 'old' }),
    });
    expect(await writeRemoteSecret(client, NS, ACCESS, never, 10)).toBe(true);
    expect(writes()).toEqual([`DELETE ${PATH}`, `POST ${SECRETS}`]);
    const deletion = requests.find(({ method }) => method === 'DELETE');
    expect(JSON.parse(deletion?.body ?? '').preconditions).toEqual({
      uid: 'uid-of-istio-remote-secret-eu-1',
    });
    expect(await isRegistered(client, NS, ACCESS, never)).toBe(true);
    expect(objects.size).toBe(1);
  });

  it('gives pilot time to notice that the old secret is gone', async () => {
    const { client } = await stubCluster({ [PATH]: secret({ ...ACCESS, token: 'old' }) });
    const startedAt = performance.now();
    await writeRemoteSecret(client, NS, ACCESS, never, 300);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(290);
  });

  it('continues where an attempt was killed between the two', async () => {
    const { client, objects } = await stubCluster({ [PATH]: secret({ ...ACCESS, token: 'old' }) });
    const abort = new AbortController();
    const writing = writeRemoteSecret(client, NS, ACCESS, abort.signal, 60_000);
    await expect.poll(() => objects.size).toBe(0);
    abort.abort(new Error('killed'));
    await expect(writing).rejects.toThrow('killed');
    expect(await writeRemoteSecret(client, NS, ACCESS, never)).toBe(true);
    expect(await isRegistered(client, NS, ACCESS, never)).toBe(true);
  });

  it('refuses a cluster that another secret registers', async () => {
    const other = `${SECRETS}/eu-1`;
    const { client, writes } = await stubCluster({ [other]: secret(ACCESS, 'eu-1') });
    expect(await failureOf(writeRemoteSecret(client, NS, ACCESS, never))).toMatchObject({
      code: 'field-conflict',
    });
    expect(writes()).toEqual([]);
  });

  it('changes nothing on a plan', async () => {
    const { client, writes } = await stubCluster({ [PATH]: secret({ ...ACCESS, token: 'old' }) });
    const plan = new DryRunClient(client);
    expect(await writeRemoteSecret(plan, NS, ACCESS, never, 0)).toBe(true);
    expect(plan.outcomes.map(({ action }) => action)).toEqual(['change']);
    expect(writes()).toEqual([]);
  });
});

it('renewRemoteSecret makes pilot read the remote again, though nothing has changed', async () => {
  const { client, writes } = await stubCluster({ [PATH]: secret() });
  await renewRemoteSecret(client, NS, ACCESS, never, 10);
  expect(writes()).toEqual([`DELETE ${PATH}`, `POST ${SECRETS}`]);
});

it.each([
  ['without the label', { ...secret(), metadata: { ...secret().metadata, labels: {} } }],
  ['for another server', secret({ ...ACCESS, server: 'https://10.0.0.2:6443' })],
  ['under another name', { ...secret(), data: { other: 'x' } }],
])('a secret %s does not register the cluster', async (_, live) => {
  const { client } = await stubCluster({ [PATH]: live });
  expect(await isRegistered(client, NS, ACCESS, never)).toBe(false);
});
