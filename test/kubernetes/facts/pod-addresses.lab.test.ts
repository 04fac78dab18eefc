import { expect, test } from 'vitest';
import { ClusterClient } from '../../../src/kubernetes/client/cluster-client.js';
import { OptionalReads } from '../../../src/kubernetes/client/optional-read.js';
import { readPodAddresses } from '../../../src/kubernetes/facts/pod-addresses.js';
import { freshName, useLab } from '../../support/lab.js';
import { until } from '../../support/wait.js';

test('a real API server shows the addresses of running Pods that are not those of their nodes, and nothing else', async () => {
  const lab = await useLab();
  // No scheduler and no kubelet: the status of a Pod is what the test writes.
  const cluster = await lab.addCluster(freshName('pods'), { controllers: 'few', inInventory: false });
  const client = new ClusterClient({ name: cluster.name, path: cluster.kubeconfigPath });
  await until('the ServiceAccount', () => client.get('/api/v1/namespaces/default/serviceaccounts/default'));
  const pod = async (name: string, address: string, phase: string, hostNetwork = false) => {
    const options = { fieldManager: 'test' };
    const spec = { hostNetwork, containers: [{ name: 'main', image: 'example.com/none' }] };
    await client.create(
      { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, spec } as never,
      options,
    );
    const status = { phase, podIP: address, podIPs: [{ ip: address }] };
    await client.patch(`/api/v1/namespaces/default/pods/${name}/status`, { status }, options);
  };
  await pod('running', '10.1.2.3', 'Running');
  await pod('six', 'fd00::7', 'Running');
  await pod('done', '10.1.2.4', 'Succeeded');
  await pod('of-the-node', '10.9.9.9', 'Running', true);
  const reads = new OptionalReads(undefined);
  expect((await readPodAddresses(client, {}, reads)).sort()).toEqual(['10.1.2.3/32', 'fd00::7/128']);
  expect(reads.problems).toEqual([]);
});
