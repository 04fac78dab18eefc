import type { Release } from '../tools/releases.js';
import type { ApiClient } from './api-client.js';

/** Whether istiod (1.4: pilot) Pods in the cluster get a real process (`primary`) or stay objects (`remote`). */
export type ClusterRole = 'primary' | 'remote';

/**
 * What the product may do in a cluster. `manifests`: what `deploy/permissions` grants, with the namespaces in which it is
 * granted. `everything`: it has the kubeconfig of `admin`, and the cluster is as Kubernetes makes it.
 */
export type ProductRights = 'manifests' | 'everything';

/** A Kubernetes cluster of the lab. */
export interface LabCluster {
  readonly name: string;
  readonly role: ClusterRole;
  /** The release of Istio that it is for; 1.4 means Kubernetes 1.15. */
  readonly release: Release;
  /** Labels of its entry in the inventory. */
  readonly labels: Readonly<Record<string, string>>;
  /** Absolute path of a kubeconfig for the user `admin`, group `system:masters`. */
  readonly kubeconfigPath: string;
  /** Absolute path of the kubeconfig that the inventory names: the ServiceAccount of `deploy/permissions`. */
  readonly productKubeconfigPath: string;
  /** Name of the context of both kubeconfigs: the cluster's name. */
  readonly context: string;
  /** Address of the API server in the kubeconfig, such as `https://127.0.0.1:12345`. */
  readonly server: string;
  /** Address under which istiod reaches the API server, such as `https://203.0.113.2:6443`; others by {@link Lab.proxyUrl}. */
  readonly apiServer: string;
  /** PEM. */
  readonly certificateAuthority: string;
  readonly adminToken: string;
  readonly productToken: string;
  /** Absolute path of the audit log of the product's account (audit.k8s.io/v1 Event, level Metadata), a line each. */
  readonly auditLogPath: string;
  /** Such as `10.2.0.0/16`. */
  readonly podCIDR: string;
  /** Such as `10.130.0.0/16`. */
  readonly serviceCIDR: string;
  /** A client with the rights of `admin`. */
  readonly api: ApiClient;
  readonly running: boolean;
  /** Kills the API server (SIGKILL). */
  stopApiServer(): Promise<void>;
  /** Starts the API server again, same port, certificate and data; returns when Pods can run again. */
  startApiServer(): Promise<void>;
  /**
   * Creates a namespace in which the product may do what it does where Pods are to have sidecars. Returns when Pods can be
   * created there.
   */
  addNamespace(name: string, metadata?: object): Promise<void>;
  /**
   * Makes a user who may do nothing until RBAC says so, and returns the path of a kubeconfig (same context name).
   *
   * @param groups besides `system:authenticated`.
   */
  addUser(name: string, groups?: string[]): Promise<string>;
  /** The API server refuses that user's tokens (401): at once, or within 10 s when it has seen them lately. */
  removeUser(name: string): void;
}
