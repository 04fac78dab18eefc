/** Where a permission is needed: the whole cluster, Istio's namespace, or every namespace that is to have sidecars. */
export type Scope = 'cluster' | 'istio' | 'injected';

/** Verbs on one resource that the product uses. */
export interface Permission {
  readonly scope: Scope;
  /** As `kubectl auth can-i` takes it: `deployments.apps`, `pods/portforward`. */
  readonly resource: string;
  readonly verbs: readonly string[];
  /**
   * What can be missing while a rollout still succeeds: reads of preflight checks; kinds that only some values have
   * rendered; and the right to grant what one does not hold, which nobody needs who holds everything that Istio's roles
   * grant.
   */
  readonly dispensable?: true;
}

/** Server-side apply of what may or may not be there, and pruning (the API server asks for create as well as patch). */
const MANAGE = ['get', 'list', 'create', 'patch', 'delete'];
const APPLY = ['get', 'create', 'patch'];
/** What an installation with other values may have left behind is looked for and deleted. */
const PRUNE = ['list', 'delete'];

const BOTH: readonly Permission[] = [
  { scope: 'cluster', resource: 'customresourcedefinitions.apiextensions.k8s.io', verbs: APPLY },
  { scope: 'cluster', resource: 'namespaces', verbs: APPLY },
  { scope: 'istio', resource: 'serviceaccounts', verbs: MANAGE },
  { scope: 'istio', resource: 'services', verbs: MANAGE },
  { scope: 'istio', resource: 'configmaps', verbs: MANAGE },
  { scope: 'cluster', resource: 'clusterroles.rbac.authorization.k8s.io', verbs: MANAGE },
  { scope: 'cluster', resource: 'clusterrolebindings.rbac.authorization.k8s.io', verbs: MANAGE },
  {
    scope: 'cluster',
    resource: 'clusterroles.rbac.authorization.k8s.io',
    verbs: ['escalate', 'bind'],
    dispensable: true,
  },
  { scope: 'cluster', resource: 'mutatingwebhookconfigurations.admissionregistration.k8s.io', verbs: MANAGE },
  { scope: 'cluster', resource: 'nodes', verbs: ['list'], dispensable: true },
  { scope: 'cluster', resource: 'servicecidrs.networking.k8s.io', verbs: ['list'], dispensable: true },
];

const PRIMARY: readonly Permission[] = [
  ...BOTH,
  { scope: 'istio', resource: 'secrets', verbs: ['get', 'list', 'create', 'patch'] },
  { scope: 'istio', resource: 'deployments.apps', verbs: MANAGE },
  { scope: 'istio', resource: 'roles.rbac.authorization.k8s.io', verbs: MANAGE },
  { scope: 'istio', resource: 'rolebindings.rbac.authorization.k8s.io', verbs: MANAGE },
  {
    scope: 'istio',
    resource: 'roles.rbac.authorization.k8s.io',
    verbs: ['escalate', 'bind'],
    dispensable: true,
  },
  { scope: 'istio', resource: 'poddisruptionbudgets.policy', verbs: MANAGE },
  { scope: 'istio', resource: 'horizontalpodautoscalers.autoscaling', verbs: MANAGE },
  { scope: 'istio', resource: 'networkpolicies.networking.k8s.io', verbs: APPLY, dispensable: true },
  {
    scope: 'cluster',
    resource: 'validatingwebhookconfigurations.admissionregistration.k8s.io',
    verbs: MANAGE,
  },
  {
    scope: 'cluster',
    resource: 'validatingadmissionpolicies.admissionregistration.k8s.io',
    verbs: APPLY,
    dispensable: true,
  },
  {
    scope: 'cluster',
    resource: 'validatingadmissionpolicybindings.admissionregistration.k8s.io',
    verbs: APPLY,
    dispensable: true,
  },
  { scope: 'istio', resource: 'pods', verbs: ['list'] },
  // A WebSocket is opened with GET, which the API server takes for get; from 1.35 on it asks for create too (gate
  // AuthorizePodWebsocketUpgradeCreatePermission).
  { scope: 'istio', resource: 'pods/portforward', verbs: ['get', 'create'] },
];

const REMOTE: readonly Permission[] = [
  ...BOTH,
  {
    scope: 'istio',
    resource: 'endpointslices.discovery.k8s.io',
    verbs: ['get', 'create', 'patch', 'delete'],
  },
  { scope: 'istio', resource: 'secrets', verbs: APPLY },
  { scope: 'istio', resource: 'deployments.apps', verbs: PRUNE },
  { scope: 'istio', resource: 'roles.rbac.authorization.k8s.io', verbs: PRUNE },
  { scope: 'istio', resource: 'rolebindings.rbac.authorization.k8s.io', verbs: PRUNE },
  { scope: 'istio', resource: 'poddisruptionbudgets.policy', verbs: PRUNE },
  { scope: 'istio', resource: 'horizontalpodautoscalers.autoscaling', verbs: PRUNE },
  {
    scope: 'cluster',
    resource: 'validatingwebhookconfigurations.admissionregistration.k8s.io',
    verbs: PRUNE,
  },
  // The probe Pod is a dry run; Pods without a sidecar are counted.
  { scope: 'injected', resource: 'pods', verbs: ['list', 'create'] },
  { scope: 'injected', resource: 'configmaps', verbs: ['get'] },
];

/** Everything that a rollout does to a cluster, by the cluster's part in the mesh. */
export const PERMISSIONS: Readonly<Record<'primary' | 'remote', readonly Permission[]>> = {
  primary: PRIMARY,
  remote: REMOTE,
};
