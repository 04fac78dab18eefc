import { Document, type YAMLMap, type YAMLSeq } from 'yaml';
import { parseResource } from '../../kubernetes/facts/access-review.js';
import type { Permission, PermissionScope, Role } from './permissions.js';

/** The account that a worker is to use, its namespace, and its bindings have this name. */
const ACCOUNT = 'mesh-rollout';
const RBAC = 'rbac.authorization.k8s.io';
const FORMAT = { lineWidth: 110, flowCollectionPadding: false } as const;

/** Which cluster the manifests are for. */
export interface PermissionManifestOptions {
  readonly role: Role;
  /** What a rollout does there, as its installer says it. */
  readonly permissions: readonly Permission[];
  readonly istioNamespace: string;
  /** Namespaces of a remote that are to have sidecars; a primary has none. */
  readonly namespaces: readonly string[];
}

/**
 * What a cluster administrator applies so that a worker may do everything of the permissions and nothing else, as
 * YAML for `kubectl apply`: a ServiceAccount, its roles and its bindings. Rights are bound in the namespaces where they
 * are needed, and only what has no namespace is granted for the whole cluster. Roles are in a namespace by themselves
 * only where its name is fixed.
 */
export function permissionManifests({
  role,
  permissions,
  istioNamespace,
  namespaces,
}: PermissionManifestOptions): string {
  const inScope = (scope: PermissionScope) =>
    // The namespace is among the manifests.
    permissions.filter((one) => one.scope === scope && !one.untilIstioNamespaceExists);
  const everywhere = `${ACCOUNT}-${role}`;
  const inIstio = `${ACCOUNT}-${role}-istio-namespace`;
  const inInjected = `${ACCOUNT}-injected-namespace`;
  const documents = [
    // Nothing runs there. The label keeps `istioctl analyze` from asking for sidecars.
    plain({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: ACCOUNT, labels: { 'istio-injection': 'disabled' } },
    }),
    plain({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: ACCOUNT, namespace: ACCOUNT },
      automountServiceAccountToken: false,
    }),
    rules({ kind: 'ClusterRole', metadata: { name: everywhere } }, inScope('cluster')),
    binding({ name: everywhere }, 'ClusterRole', everywhere),
    rules({ kind: 'Role', metadata: { name: ACCOUNT, namespace: 'kube-system' } }, inScope('kube-system')),
    binding({ name: ACCOUNT, namespace: 'kube-system' }, 'Role', ACCOUNT),
    plain({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: istioNamespace } }),
    rules({ kind: 'ClusterRole', metadata: { name: inIstio } }, inScope('istio')),
    binding({ name: inIstio, namespace: istioNamespace }, 'ClusterRole', inIstio),
    ...(role === 'primary'
      ? []
      : [rules({ kind: 'ClusterRole', metadata: { name: inInjected } }, inScope('injected'))]),
    ...(role === 'primary' ? [] : namespaces).map((namespace) =>
      binding({ name: inInjected, namespace }, 'ClusterRole', inInjected),
    ),
  ];
  const head = `# What mesh-rollout may do in a ${role}. Written by: mesh-rollout permissions ${role}\n`;
  return head + documents.map((document) => `---\n${document.toString(FORMAT)}`).join('');
}

function plain(object: object): Document {
  return new Document(object, { aliasDuplicateObjects: false });
}

/** A role with one rule for each row of the table, and the reason beside what is optional. */
function rules(head: { kind: string; metadata: object }, permissions: readonly Permission[]): Document {
  const document = plain({ apiVersion: `${RBAC}/v1`, ...head, rules: permissions.map(ruleOf) });
  const items = (document.get('rules') as YAMLSeq<YAMLMap>).items;
  for (const [index, { optional }] of permissions.entries()) {
    const rule = items[index];
    if (rule && optional !== undefined) rule.commentBefore = ` Optional: ${optional}.`;
    for (const key of ['apiGroups', 'resources', 'resourceNames', 'verbs']) {
      const list = rule?.get(key) as YAMLSeq | undefined;
      if (list) list.flow = true;
    }
  }
  return document;
}

function ruleOf({ resource, names, verbs }: Permission) {
  const { group, plural, subresource } = parseResource(resource);
  return {
    apiGroups: [group],
    resources: [subresource === undefined ? plural : `${plural}/${subresource}`],
    ...(names === undefined ? {} : { resourceNames: names }),
    verbs,
  };
}

function binding(metadata: { name: string; namespace?: string }, kind: string, name: string): Document {
  return plain({
    apiVersion: `${RBAC}/v1`,
    kind: metadata.namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding',
    metadata,
    roleRef: { apiGroup: RBAC, kind, name },
    subjects: [{ kind: 'ServiceAccount', name: ACCOUNT, namespace: ACCOUNT }],
  });
}
