import type { Permission, Role } from './permissions.js';

/** `kubectl apply --force`: what cannot be changed is deleted and created again. */
const APPLY = ['get', 'create', 'patch', 'delete'];
const APPLY_AND_LIST = [...APPLY, 'list'];

const HELD_ANYWAY = 'unnecessary if the account already holds every permission that Istio grants';
const FINDS_CIDRS = 'only finds out the CIDRs of the cluster';

/** What kubectl lists in Istio's namespace to prune what is no longer rendered (`apply --prune`). */
const PRUNED = [
  'configmaps',
  'endpoints',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'secrets',
  'services',
  'cronjobs.batch',
  'daemonsets.apps',
  'deployments.apps',
  'ingresses.extensions',
  'jobs.batch',
  'replicasets.apps',
  'statefulsets.apps',
];

/** What kubectl lists in the whole cluster to find what is left of components that are off (`get all --all-namespaces`). */
const SEARCHED = [
  'pods',
  'replicationcontrollers',
  'services',
  'cronjobs.batch',
  'daemonsets.apps',
  'deployments.apps',
  'horizontalpodautoscalers.autoscaling',
  'jobs.batch',
  'replicasets.apps',
  'statefulsets.apps',
];

const BOTH: readonly Permission[] = [
  { scope: 'cluster', resource: 'customresourcedefinitions.apiextensions.k8s.io', verbs: APPLY_AND_LIST },
  { scope: 'cluster', resource: 'namespaces', verbs: ['get', 'list'] },
  { scope: 'cluster', resource: 'namespaces', verbs: ['create'], untilIstioNamespaceExists: true },
  { scope: 'istio', resource: 'namespaces', verbs: ['patch'] },
  { scope: 'cluster', resource: 'persistentvolumes', verbs: ['list'] },
  ...SEARCHED.map((resource) => ({ scope: 'cluster' as const, resource, verbs: ['list'] })),
  ...PRUNED.map((resource) => ({ scope: 'istio' as const, resource, verbs: ['list'] })),
  { scope: 'cluster', resource: 'clusterroles.rbac.authorization.k8s.io', verbs: APPLY_AND_LIST },
  { scope: 'cluster', resource: 'clusterrolebindings.rbac.authorization.k8s.io', verbs: APPLY_AND_LIST },
  {
    scope: 'cluster',
    resource: 'clusterroles.rbac.authorization.k8s.io',
    verbs: ['escalate', 'bind'],
    optional: HELD_ANYWAY,
  },
  {
    scope: 'cluster',
    resource: 'mutatingwebhookconfigurations.admissionregistration.k8s.io',
    verbs: APPLY_AND_LIST,
  },
  { scope: 'istio', resource: 'serviceaccounts', verbs: APPLY },
  { scope: 'istio', resource: 'services', verbs: APPLY },
  { scope: 'istio', resource: 'configmaps', verbs: APPLY },
  { scope: 'istio', resource: 'deployments.apps', verbs: APPLY },
  { scope: 'istio', resource: 'poddisruptionbudgets.policy', verbs: APPLY },
  { scope: 'istio', resource: 'horizontalpodautoscalers.autoscaling', verbs: APPLY },
  { scope: 'istio', resource: 'gateways.networking.istio.io', verbs: APPLY },
  { scope: 'istio', resource: 'sidecars.networking.istio.io', verbs: APPLY },
  { scope: 'istio', resource: 'secrets', verbs: ['get'] },
  { scope: 'cluster', resource: 'nodes', verbs: ['list'], optional: FINDS_CIDRS },
  {
    scope: 'kube-system',
    resource: 'configmaps',
    names: ['kubeadm-config'],
    verbs: ['get'],
    optional: FINDS_CIDRS,
  },
  { scope: 'kube-system', resource: 'pods', verbs: ['list'], optional: FINDS_CIDRS },
];

const PRIMARY: readonly Permission[] = [
  ...BOTH,
  { scope: 'cluster', resource: 'meshpolicies.authentication.istio.io', verbs: APPLY },
  { scope: 'istio', resource: 'destinationrules.networking.istio.io', verbs: APPLY },
  { scope: 'istio', resource: 'attributemanifests.config.istio.io', verbs: APPLY },
  { scope: 'istio', resource: 'handlers.config.istio.io', verbs: APPLY },
  { scope: 'istio', resource: 'instances.config.istio.io', verbs: APPLY },
  { scope: 'istio', resource: 'rules.config.istio.io', verbs: APPLY },
  // The remote secrets.
  { scope: 'istio', resource: 'secrets', verbs: ['create', 'delete'] },
  { scope: 'istio', resource: 'pods/portforward', verbs: ['get', 'create'] },
];

const REMOTE: readonly Permission[] = [
  ...BOTH,
  { scope: 'istio', resource: 'endpoints', verbs: APPLY },
  { scope: 'injected', resource: 'namespaces', verbs: ['patch'] },
  // The probe Pod is created and deleted; Pods without a sidecar are counted.
  { scope: 'injected', resource: 'pods', verbs: ['list', 'create', 'delete'] },
];

/** Everything that a rollout of Istio 1.4 by istioctl does to a cluster, by the cluster's part in the mesh. */
export const ISTIOCTL_14_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  primary: PRIMARY,
  remote: REMOTE,
};
