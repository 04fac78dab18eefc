import { expect, test } from 'vitest';
import { awaitClusters } from '../../../activities/checks/await-clusters.js';
import type { InspectInput } from '../../../src/rollout/activities.js';
import { startStubApiServer, writeKubeconfig } from '../../kubernetes/support/stub-api-server.js';
import { dependenciesOn, failureOf, run } from '../support.js';

const INPUT: Omit<InspectInput, 'clusters'> = {
  mesh: 'shop',
  primary: 'hub',
  release: '1.31',
  installer: 'istioctl',
  revision: 'default',
  istioNamespace: 'istio-system',
  meshID: 'shop',
  network: 'network1',
  facts: { cni: false },
  namespaces: [],
};

test('returns the clusters that answer, however many do not', async () => {
  const [dead, alive] = await Promise.all([startStubApiServer(), startStubApiServer()]);
  await dead.close();
  alive.answer = ({ path }) => (path === '/version' ? { gitVersion: 'v1.34.4' } : {});
  const dependencies = await dependenciesOn([
    { name: 'eu-1', kubeconfig: await writeKubeconfig(dead.url, { token: 't' }) },
    { name: 'eu-2', kubeconfig: await writeKubeconfig(alive.url, { token: 't' }) },
  ]);
  const clusters = ['eu-1', 'eu-2'].map((cluster) => ({ cluster, role: 'remote' as const }));
  const answering = await run(awaitClusters(dependencies), { ...INPUT, clusters });
  expect(answering.map(({ cluster, unreachable }) => [cluster, unreachable])).toEqual([['eu-2', false]]);
});

test('is tried again while none of them answers, and says what the first of them does', async () => {
  const dead = await startStubApiServer();
  await dead.close();
  const kubeconfig = await writeKubeconfig(dead.url, { token: 't' });
  const dependencies = await dependenciesOn([{ name: 'eu-1', kubeconfig }]);
  const clusters = [{ cluster: 'eu-1', role: 'remote' as const }];
  const waiting = run(awaitClusters(dependencies), { ...INPUT, clusters }, { startToCloseTimeoutMs: 5_000 });
  expect(await failureOf(waiting)).toMatchObject({
    type: 'clusters-unanswering',
    nonRetryable: false,
    message: expect.stringContaining('refuses connections'),
  });
});
