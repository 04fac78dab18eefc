import type { Destination, Resolve } from './connect-proxy.js';
import type { RouteTable } from './route-table.js';

// In a real cluster istiod answers these to localhost only, or to nobody without a token; a port-forward reaches
// them, the network does not. The proxy dials from loopback, so it must not let them through.
const PORT_FORWARD_ONLY = new Set([8080, 15014]);
const KUBELET_PORT = 10_250;

/** What the network must know of one cluster. */
export interface NetworkMember {
  name: string;
  /** IP address under which istiod reaches the API server (port 6443), such as `203.0.113.1`. */
  address: string;
  /** Port of the API server on 127.0.0.1. */
  apiServerPort: number;
  /** Port of the kubelets (kwok) on 127.0.0.1; `undefined` when the cluster runs no Pods. */
  kubeletPort: number | undefined;
  /** IP addresses of its Node objects. */
  nodeAddresses: string[];
  /** The end of routes that stands for its istiod or pilot Pods; `undefined` when it runs none. */
  istiodEnd: string | undefined;
  /** Whether its API server asks for webhooks by a Pod's address or by a Service's name. */
  callsWebhooksOf: 'pods' | 'services';
}

/** Ports of a Pod, such as 15017, and where on 127.0.0.1 the process behind each listens. */
export type PodPorts = ReadonlyMap<number, number>;

interface Member extends NetworkMember {
  pods: Map<string, PodPorts>;
  /** By name and port, such as `istio-sidecar-injector.istio-system.svc:443`: local ports of ready Pods, by their address. */
  services: Map<string, Map<string, number>>;
}

/** The end of routes that stands for the Pods of a cluster that answer webhooks under the name of a Service of its own. */
const INJECTOR = 'sidecar-injector';

/** The end of routes that stands for whoever works from outside: a worker, or tools on the command line. */
const WORKER = 'worker';

/** The lab's flat network: which process answers at which address, seen from each cluster. */
export class ClusterNetwork {
  readonly #routes: RouteTable;
  readonly #members = new Map<string, Member>();

  constructor(routes: RouteTable) {
    this.#routes = routes;
  }

  /**
   * Adds a cluster, and the routes between every API server and every control plane: from this to that, and back where
   * webhooks of Pods are called.
   */
  join(member: NetworkMember): void {
    this.#members.set(member.name, { ...member, pods: new Map(), services: new Map() });
    for (const { name: cluster, callsWebhooksOf } of this.#members.values()) {
      for (const { istiodEnd } of this.#members.values()) {
        if (istiodEnd === undefined) continue;
        if (callsWebhooksOf === 'pods') this.#routes.between(cluster, istiodEnd);
        this.#routes.between(istiodEnd, cluster);
      }
    }
    this.#routes.between(WORKER, member.name);
    if (member.callsWebhooksOf === 'services') this.#routes.between(member.name, INJECTOR);
    else if (member.kubeletPort !== undefined) this.#routes.between(member.name, 'kubelets');
  }

  /** Removes a cluster and cuts its routes. */
  leave(name: string): void {
    const member = this.#members.get(name);
    this.#members.delete(name);
    this.#routes.removeEnd(name);
    if (member?.istiodEnd !== undefined) this.#routes.removeEnd(member.istiodEnd);
  }

  /** Lets a process answer under a Pod's address. */
  addPod(cluster: string, address: string, ports: PodPorts): void {
    this.#members.get(cluster)?.pods.set(address, ports);
  }

  /** From now on nothing answers under that Pod's address. */
  removePod(cluster: string, address: string): void {
    this.#members.get(cluster)?.pods.delete(address);
  }

  /** Lets a Pod of that address answer, at a port on 127.0.0.1, under a Service's name and port. */
  addEndpoint(cluster: string, service: string, address: string, port: number): void {
    const services = this.#members.get(cluster)?.services;
    services?.set(service, new Map(services.get(service)).set(address, port));
  }

  /** From now on the Pod of that address does not answer under the Service's name. */
  removeEndpoint(cluster: string, service: string, address: string): void {
    this.#members.get(cluster)?.services.get(service)?.delete(address);
  }

  /**
   * What the API server of `cluster` reaches: its own kubelets, its own Services, and istiod Pods; its own first where
   * addresses overlap.
   */
  egressOf(cluster: string): Resolve {
    return (host, port) => {
      const own = this.#members.get(cluster);
      if (!own) return undefined;
      const [endpoint] = own.services.get(`${host}:${port}`)?.values() ?? [];
      if (endpoint !== undefined) return { route: this.#routes.between(cluster, INJECTOR), port: endpoint };
      if (port === KUBELET_PORT && own.kubeletPort !== undefined && own.nodeAddresses.includes(host)) {
        return { route: this.#routes.between(cluster, 'kubelets'), port: own.kubeletPort };
      }
      return this.#podDestination(own, host, port);
    };
  }

  /** What the istiod Pods of `cluster` reach: the API servers of all clusters. */
  istiodEgressOf(cluster: string): Resolve {
    return (host, port) => {
      const from = this.#members.get(cluster)?.istiodEnd;
      return from === undefined ? undefined : this.#apiServer(from, host, port);
    };
  }

  /** What a worker reaches that is given the addresses of the inventory: the API servers of all clusters. */
  workerEgress(): Resolve {
    return (host, port) => this.#apiServer(WORKER, host, port);
  }

  #apiServer(from: string, host: string, port: number): Destination | undefined {
    const to = [...this.#members.values()].find((one) => one.address === host);
    if (!to || port !== 6443) return undefined;
    return { route: this.#routes.between(from, to.name), port: to.apiServerPort };
  }

  #podDestination(own: Member, host: string, port: number): Destination | undefined {
    if (PORT_FORWARD_ONLY.has(port)) return undefined;
    for (const one of [own, ...this.#members.values()]) {
      const local = one.pods.get(host)?.get(port);
      if (local === undefined || one.istiodEnd === undefined) continue;
      return { route: this.#routes.between(own.name, one.istiodEnd), port: local };
    }
    return undefined;
  }
}
