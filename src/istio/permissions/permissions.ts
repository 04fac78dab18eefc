/**
 * Where a permission is needed: the whole cluster, Istio's namespace, every namespace that is to have sidecars, or
 * `kube-system`, where installers leave their settings.
 */
export type PermissionScope = 'cluster' | 'istio' | 'injected' | 'kube-system';

/** The part of a cluster in a mesh. */
export type Role = 'primary' | 'remote';

/** Verbs on one resource that the product uses. */
export interface Permission {
  readonly scope: PermissionScope;
  /** As `kubectl auth can-i` takes it: `deployments.apps`, `pods/portforward`. */
  readonly resource: string;
  readonly verbs: readonly string[];
  /** Only objects of these names; all when absent. */
  readonly names?: readonly string[];
  /** Why a rollout can succeed without it. Absent: it cannot. */
  readonly optional?: string;
  /** Needed only while Istio's namespace does not exist. */
  readonly untilIstioNamespaceExists?: true;
}

/** Server-side apply of what may or may not be there, and pruning (the API server asks for create as well as patch). */
const MANAGE = ['get', 'list', 'create', 'patch', 'delete'];
const APPLY = ['get', 'create', 'patch'];
const FIND_AND_APPLY = ['get', 'list', 'create', 'patch'];
/** What an installation with other values may have left behind is looked for and deleted. */
const PRUNE = ['list', 'delete'];

/** The Secret of the reader's token in a remote, by the name that `istioctl create-remote-secret` gives it. */
export const READER_TOKEN = 'istio-reader-service-account-istio-remote-secret-token';

const HELD_ANYWAY = 'unnecessary if the account already holds every permission that Istio grants';
const SOME_VALUES = 'only some values have this kind rendered';
const FINDS_LABELLED = 'only finds namespaces outside the document that ask for sidecars already';
const FINDS_CONTROL_PLANES = "only finds a control plane outside Istio's namespace";
const FINDS_CIDRS = 'only finds out the CIDRs of the cluster';
const SAMPLES_PODS = 'only compares addresses of Pods where the CIDRs of the cluster cannot be found out';

const BOTH: readonly Permission[] = [
  { scope: 'cluster', resource: 'customresourcedefinitions.apiextensions.k8s.io', verbs: FIND_AND_APPLY },
  { scope: 'cluster', resource: 'namespaces', verbs: ['get'] },
  { scope: 'cluster', resource: 'namespaces', verbs: ['list'], optional: FINDS_LABELLED },
  { scope: 'cluster', resource: 'namespaces', verbs: ['create'], untilIstioNamespaceExists: true },
  { scope: 'istio', resource: 'namespaces', verbs: ['patch'] },
  { scope: 'istio', resource: 'serviceaccounts', verbs: MANAGE },
  { scope: 'istio', resource: 'services', verbs: MANAGE },
  { scope: 'istio', resource: 'configmaps', verbs: MANAGE },
  // A probe Pod, as a dry run.
  { scope: 'istio', resource: 'pods', verbs: ['create'] },
  { scope: 'cluster', resource: 'clusterroles.rbac.authorization.k8s.io', verbs: MANAGE },
  { scope: 'cluster', resource: 'clusterrolebindings.rbac.authorization.k8s.io', verbs: MANAGE },
  {
    scope: 'cluster',
    resource: 'clusterroles.rbac.authorization.k8s.io',
    verbs: ['escalate', 'bind'],
    optional: HELD_ANYWAY,
  },
  { scope: 'cluster', resource: 'mutatingwebhookconfigurations.admissionregistration.k8s.io', verbs: MANAGE },
  { scope: 'cluster', resource: 'nodes', verbs: ['list'], optional: FINDS_CIDRS },
  {
    scope: 'cluster',
    resource: 'servicecidrs.networking.k8s.io',
    verbs: ['list'],
    optional: FINDS_CIDRS,
  },
  { scope: 'cluster', resource: 'ippools.crd.projectcalico.org', verbs: ['list'], optional: FINDS_CIDRS },
  {
    scope: 'cluster',
    resource: 'networks.config.openshift.io',
    names: ['cluster'],
    verbs: ['get'],
    optional: FINDS_CIDRS,
  },
  { scope: 'cluster', resource: 'pods', verbs: ['list'], optional: SAMPLES_PODS },
  {
    scope: 'kube-system',
    resource: 'configmaps',
    names: ['cilium-config', 'kubeadm-config'],
    verbs: ['get'],
    optional: FINDS_CIDRS,
  },
  { scope: 'kube-system', resource: 'pods', verbs: ['list'], optional: FINDS_CIDRS },
];

const PRIMARY: readonly Permission[] = [
  ...BOTH,
  { scope: 'istio', resource: 'secrets', verbs: FIND_AND_APPLY },
  { scope: 'istio', resource: 'deployments.apps', verbs: MANAGE },
  { scope: 'istio', resource: 'replicasets.apps', verbs: ['list'] },
  { scope: 'istio', resource: 'roles.rbac.authorization.k8s.io', verbs: MANAGE },
  { scope: 'istio', resource: 'rolebindings.rbac.authorization.k8s.io', verbs: MANAGE },
  {
    scope: 'istio',
    resource: 'roles.rbac.authorization.k8s.io',
    verbs: ['escalate', 'bind'],
    optional: HELD_ANYWAY,
  },
  { scope: 'istio', resource: 'poddisruptionbudgets.policy', verbs: PRUNE },
  { scope: 'istio', resource: 'poddisruptionbudgets.policy', verbs: APPLY, optional: SOME_VALUES },
  { scope: 'istio', resource: 'horizontalpodautoscalers.autoscaling', verbs: MANAGE },
  { scope: 'istio', resource: 'networkpolicies.networking.k8s.io', verbs: APPLY, optional: SOME_VALUES },
  {
    scope: 'cluster',
    resource: 'validatingwebhookconfigurations.admissionregistration.k8s.io',
    verbs: MANAGE,
  },
  {
    scope: 'cluster',
    resource: 'validatingadmissionpolicies.admissionregistration.k8s.io',
    verbs: APPLY,
    optional: SOME_VALUES,
  },
  {
    scope: 'cluster',
    resource: 'validatingadmissionpolicybindings.admissionregistration.k8s.io',
    verbs: APPLY,
    optional: SOME_VALUES,
  },
  { scope: 'istio', resource: 'pods', verbs: ['list'] },
  // A WebSocket is opened with GET, which the API server takes for get; from 1.35 on it asks for create too (gate
  // AuthorizePodWebsocketUpgradeCreatePermission).
  { scope: 'istio', resource: 'pods/portforward', verbs: ['get', 'create'] },
];

const REMOTE: readonly Permission[] = [
  ...BOTH,
  { scope: 'istio', resource: 'endpointslices.discovery.k8s.io', verbs: MANAGE },
  // Istio up to 1.27 kept the addresses of istiod there.
  { scope: 'istio', resource: 'endpoints', verbs: ['delete'] },
  // The token with which istiod reads the remote, and no other Secret; which one is created, a role cannot limit.
  { scope: 'istio', resource: 'secrets', names: [READER_TOKEN], verbs: ['get', 'patch'] },
  { scope: 'istio', resource: 'secrets', verbs: ['create'] },
  { scope: 'istio', resource: 'deployments.apps', verbs: PRUNE },
  { scope: 'cluster', resource: 'deployments.apps', verbs: ['list'], optional: FINDS_CONTROL_PLANES },
  { scope: 'istio', resource: 'roles.rbac.authorization.k8s.io', verbs: PRUNE },
  { scope: 'istio', resource: 'rolebindings.rbac.authorization.k8s.io', verbs: PRUNE },
  { scope: 'istio', resource: 'poddisruptionbudgets.policy', verbs: PRUNE },
  { scope: 'istio', resource: 'horizontalpodautoscalers.autoscaling', verbs: PRUNE },
  {
    scope: 'cluster',
    resource: 'validatingwebhookconfigurations.admissionregistration.k8s.io',
    verbs: PRUNE,
  },
  { scope: 'injected', resource: 'namespaces', verbs: ['patch'] },
  // The probe Pod is a dry run; Pods without a sidecar are counted.
  { scope: 'injected', resource: 'pods', verbs: ['list', 'create'] },
  { scope: 'injected', resource: 'configmaps', verbs: ['get'] },
];

/**
 * Everything that a rollout does to a cluster, by the cluster's part in the mesh. The checks before a rollout ask for
 * these; the manifests of `deploy/permissions` grant them.
 */
export const PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  primary: PRIMARY,
  remote: REMOTE,
};
