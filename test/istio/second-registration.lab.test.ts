import { beforeAll, expect, it } from 'vitest';
import type { LabCluster } from '../../lab/lab.js';
import { failureOf } from '../activities/support.js';
import { expectAttached } from '../e2e/proofs/proofs.js';
import { freshName } from '../support/lab.js';
import { attach, inputFor, newCluster, newWorker, step, useHub } from './support/lab-mesh.js';

const SECRETS = '/api/v1/namespaces/istio-system/secrets';

let hub: LabCluster;
let remote: LabCluster;
/** The kubeconfig with which istiod reads the remote. */
let kubeconfig: string;

/** A remote that has lost its own remote secret. */
beforeAll(async () => {
  hub = await useHub();
  remote = await newCluster('registered', { controllers: 'few' });
  await attach(await newWorker(), remote);
  const own = `${SECRETS}/istio-remote-secret-${remote.name}`;
  const { data } = await hub.api.get<{ data: Record<string, string> }>(own);
  kubeconfig = Buffer.from(data[remote.name] ?? '', 'base64').toString('utf8');
  await hub.api.delete(own);
});

/** Registers a cluster by another Secret, and returns the message with which `registerRemote` then refuses the remote. */
async function refusal(cluster: string, text: string): Promise<{ secret: string; message: string }> {
  const name = freshName('by-hand');
  await hub.api.post(SECRETS, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, labels: { 'istio/multiCluster': 'true' } },
    data: { [cluster]: Buffer.from(text).toString('base64') },
  });
  const failure = await failureOf(step(await newWorker(), 'registerRemote', await inputFor(remote)));
  expect(failure).toMatchObject({ type: 'field-conflict', nonRetryable: true });
  await hub.api.delete(`${SECRETS}/${name}`);
  return { secret: `Secret istio-system/${name} of the primary`, message: failure.message };
}

it('a remote is not registered twice', async () => {
  const { secret, message } = await refusal(remote.name, kubeconfig);
  expect(message).toContain(`${secret} registers ${remote.name} already`);
});

it('a remote is not registered under a second name, found by its server or by its token', async () => {
  for (const [text, evidence] of [
    [kubeconfig.replace(/token: .*/, 'token: renewed'), `its server is ${remote.apiServer} too`],
    [kubeconfig.replace(/server: .*/, 'server: https://by-hand.invalid'), 'it holds the same token'],
  ] as const) {
    // Under its own name istiod reads no remote: these would not work, and deleting them at once confuses it.
    const { secret, message } = await refusal(hub.name, text);
    expect(message).toContain(`${secret} registers this cluster under the name ${hub.name} (${evidence})`);
  }
});

it('a remote is attached when the other Secrets are gone', async () => {
  await attach(await newWorker(), remote);
  await expectAttached({ primary: hub } as Parameters<typeof expectAttached>[0], remote);
});
