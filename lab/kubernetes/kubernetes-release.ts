import type { Release } from '../tools/releases.js';
import type { ToolName } from '../tools/tool-names.js';

/** What differs between the releases of Kubernetes that the lab runs. */
export interface KubernetesRelease {
  /** What Node objects say of their kubelets, such as `v1.34.4`. */
  readonly kubeletVersion: string;
  readonly apiServer: ToolName;
  readonly controllerManager: ToolName;
  readonly scheduler: ToolName;
  /** Path under which its API server says whether it serves. */
  readonly readinessPath: string;
  /**
   * How its API server calls a webhook. `pods`: it asks the egress proxy for the Pod's address. `services`: it asks an HTTP
   * proxy for the Service's name, such as `istio-sidecar-injector.istio-system.svc:443`.
   */
  readonly callsWebhooksOf: 'pods' | 'services';
  /** How its kubelets are reached: `egress`, by the egress proxy; `loopback`, directly, so that nodes have that address. */
  readonly reachesKubeletsBy: 'egress' | 'loopback';
  /** Versions of the APIs in which the lab writes or answers. */
  readonly customResourceDefinitions: 'v1' | 'v1beta1';
  /** Prefixes of the labels that Node objects carry for operating system and architecture. */
  readonly nodeLabelPrefixes: readonly string[];
  /** Arguments that keep kube-controller-manager and kube-scheduler from listening. */
  readonly deafArguments: readonly string[];
  /** Names of the controllers of `few`. */
  readonly fewControllers: readonly string[];
  /** Variables for clients of its API server that are written in Go. */
  readonly clientEnvironment: Readonly<Record<string, string>>;
  /** Whether every namespace gets a ConfigMap with the root CA. */
  readonly publishesRootCA: boolean;
}

const TODAY: KubernetesRelease = {
  kubeletVersion: 'v1.34.4',
  apiServer: 'kube-apiserver',
  controllerManager: 'kube-controller-manager',
  scheduler: 'kube-scheduler',
  readinessPath: '/readyz',
  callsWebhooksOf: 'pods',
  reachesKubeletsBy: 'egress',
  customResourceDefinitions: 'v1',
  nodeLabelPrefixes: ['kubernetes.io'],
  deafArguments: ['--secure-port=0'],
  fewControllers: [
    'serviceaccount-token-controller',
    'serviceaccount-controller',
    'root-ca-certificate-publisher-controller',
    'namespace-controller',
    'garbage-collector-controller',
  ],
  clientEnvironment: {},
  publishesRootCA: true,
};

const OF_2019: KubernetesRelease = {
  kubeletVersion: 'v1.15.12',
  apiServer: 'kube-apiserver-1.15',
  controllerManager: 'kube-controller-manager-1.15',
  scheduler: 'kube-scheduler-1.15',
  readinessPath: '/healthz',
  callsWebhooksOf: 'services',
  reachesKubeletsBy: 'loopback',
  customResourceDefinitions: 'v1beta1',
  nodeLabelPrefixes: ['kubernetes.io', 'beta.kubernetes.io'],
  deafArguments: ['--port=0', '--secure-port=0'],
  fewControllers: ['serviceaccount-token', 'serviceaccount', 'namespace', 'garbagecollector'],
  // Today's client-go waits for bookmarks that it does not send.
  clientEnvironment: { KUBE_FEATURE_WatchListClient: 'false' },
  publishesRootCA: false,
};

/** The Kubernetes that a release of Istio runs on: 1.15 for Istio 1.4, else 1.34. */
export function kubernetesFor(release: Release): KubernetesRelease {
  return release === '1.4' ? OF_2019 : TODAY;
}
