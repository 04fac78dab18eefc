import { beforeEach, describe, expect, it } from 'vitest';
import { ClusterNetwork } from '../../../lab/network/cluster-network.js';
import { RouteTable } from '../../../lab/network/route-table.js';

const member = (name: string, n: number, istiodEnd?: string) => ({
  name,
  address: `203.0.113.${n}`,
  apiServerPort: 20_000 + n,
  kubeletPort: 21_000 + n,
  nodeAddresses: [`192.168.${n}.1`],
  istiodEnd,
  callsWebhooksOf: 'pods' as 'pods' | 'services',
});
const pod = (local: number) =>
  new Map([
    [15017, local],
    [8080, local + 1],
    [15014, local + 2],
  ]);

describe('the network of a lab', () => {
  let routes: RouteTable;
  let network: ClusterNetwork;

  beforeEach(() => {
    routes = new RouteTable();
    network = new ClusterNetwork(routes);
    network.join(member('primary', 1, 'istiod'));
    network.join(member('remote-1', 2));
    network.addPod('primary', '10.1.0.5', pod(30_000));
  });

  it('has a route between every API server and the control plane, and to the kubelets', () => {
    expect(routes.list().map(({ name }) => name)).toEqual([
      'istiod->primary',
      'istiod->remote-1',
      'primary->istiod',
      'primary->kubelets',
      'remote-1->istiod',
      'remote-1->kubelets',
      'worker->primary',
      'worker->remote-1',
    ]);
    expect(() => routes.get('remote-9->istiod')).toThrow(
      'no route "remote-9->istiod"; there are: istiod->primary, ',
    );
  });

  it('lets API servers reach webhook ports of istiod Pods, but not those that only a port-forward reaches', () => {
    const resolve = network.egressOf('remote-1');
    expect(resolve('10.1.0.5', 15017)).toEqual({ route: routes.get('remote-1->istiod'), port: 30_000 });
    expect(resolve('10.1.0.5', 8080)).toBeUndefined();
    expect(resolve('10.1.0.5', 15014)).toBeUndefined();
    network.removePod('primary', '10.1.0.5');
    expect(resolve('10.1.0.5', 15017)).toBeUndefined();
  });

  it('lets an API server reach its own kubelets only', () => {
    const resolve = network.egressOf('remote-1');
    expect(resolve('192.168.2.1', 10_250)).toEqual({ route: routes.get('remote-1->kubelets'), port: 21_002 });
    expect(resolve('192.168.1.1', 10_250)).toBeUndefined();
  });

  it('lets istiod reach every API server by its address outside the machine', () => {
    const resolve = network.istiodEgressOf('primary');
    expect(resolve('203.0.113.2', 6443)).toEqual({ route: routes.get('istiod->remote-1'), port: 20_002 });
    expect(resolve('203.0.113.2', 443)).toBeUndefined();
    expect(network.istiodEgressOf('remote-1')('203.0.113.2', 6443)).toBeUndefined();
  });

  it('prefers a cluster’s own Pods where addresses of two control planes overlap', () => {
    network.join(member('hub', 3, 'istiod.hub'));
    network.addPod('hub', '10.1.0.5', pod(40_000));
    expect(network.egressOf('hub')('10.1.0.5', 15017)?.route.name).toBe('hub->istiod.hub');
    expect(network.egressOf('remote-1')('10.1.0.5', 15017)?.route.name).toBe('remote-1->istiod');
  });

  it('lets an API server of Kubernetes 1.15 reach ready Pods by the name of a Service of its own', () => {
    const old = { ...member('old', 3), nodeAddresses: ['127.0.0.1'], callsWebhooksOf: 'services' as const };
    network.join(old);
    const service = 'istio-sidecar-injector.mesh.svc:443';
    network.addEndpoint('old', service, '10.3.0.254', 31_000);
    network.addEndpoint('old', service, '10.3.1.254', 31_001);
    const resolve = network.egressOf('old');
    const route = routes.get('old->sidecar-injector');
    expect(resolve('istio-sidecar-injector.mesh.svc', 443)).toEqual({ route, port: 31_000 });
    expect(network.egressOf('remote-1')('istio-sidecar-injector.mesh.svc', 443)).toBeUndefined();
    network.removeEndpoint('old', service, '10.3.0.254');
    expect(resolve('istio-sidecar-injector.mesh.svc', 443)).toEqual({ route, port: 31_001 });
    network.removeEndpoint('old', service, '10.3.1.254');
    expect(resolve('istio-sidecar-injector.mesh.svc', 443)).toBeUndefined();
    expect(routes.list().map(({ name }) => name)).toContain('istiod->old');
    expect(routes.list().map(({ name }) => name)).not.toContain('old->istiod');
  });

  it('forgets the routes of a cluster that leaves, and cuts what goes over them', () => {
    const route = routes.get('istiod->remote-1');
    network.leave('remote-1');
    expect(route.state).toBe('cut');
    expect(routes.list().map(({ name }) => name)).toEqual([
      'istiod->primary',
      'primary->istiod',
      'primary->kubelets',
      'worker->primary',
    ]);
  });
});
