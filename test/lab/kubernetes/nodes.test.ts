import { expect, it } from 'vitest';
import { kubernetesFor } from '../../../lab/kubernetes/kubernetes-release.js';
import { labNodes } from '../../../lab/kubernetes/nodes.js';

const cluster = { cluster: 'c', number: 7, podCIDR: '10.7.0.0/16', kubeletPort: 21_000 };

it('nodes have addresses of their own, behind the egress proxy', () => {
  expect(labNodes({ ...cluster, release: kubernetesFor('1.31') })).toEqual([
    { name: 'c-node-1', address: '192.168.7.1', kubeletPort: 10_250, podCIDR: '10.7.0.0/24' },
    { name: 'c-node-2', address: '192.168.7.2', kubeletPort: 10_250, podCIDR: '10.7.1.0/24' },
  ]);
});

it('nodes of Kubernetes 1.15 are where its API server reaches their kubelet without a proxy', () => {
  const [node] = labNodes({ ...cluster, release: kubernetesFor('1.4') });
  expect(node).toMatchObject({ address: '127.0.0.1', kubeletPort: 21_000 });
});
