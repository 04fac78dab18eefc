import type { AccessRight } from '../../kubernetes/facts/access-review.js';
import type { Permission } from './permissions.js';

/** One right that a rollout needs in a cluster. */
export interface RequiredRight extends AccessRight {
  /** True when a rollout can succeed without it. */
  readonly optional: boolean;
  /** Needed only while Istio's namespace does not exist. */
  readonly untilIstioNamespaceExists?: true;
}

/** The namespaces behind the scopes of {@link Permission}. */
export interface ScopedNamespaces {
  readonly istio: string;
  readonly injected: readonly string[];
}

/** Returns the single rights of some permissions: one for each namespace, verb and named object. */
export function requiredRights(
  permissions: readonly Permission[],
  namespaces: ScopedNamespaces,
): RequiredRight[] {
  return permissions.flatMap((permission) =>
    namespacesOf(permission, namespaces).flatMap((namespace) =>
      permission.verbs.flatMap((verb) =>
        (permission.names ?? [undefined]).map((name) => ({
          verb,
          resource: permission.resource,
          ...(namespace === undefined ? {} : { namespace }),
          ...(name === undefined ? {} : { name }),
          optional: permission.optional !== undefined,
          ...(permission.untilIstioNamespaceExists && { untilIstioNamespaceExists: true as const }),
        })),
      ),
    ),
  );
}

function namespacesOf(
  { scope }: Permission,
  { istio, injected }: ScopedNamespaces,
): readonly (string | undefined)[] {
  switch (scope) {
    case 'cluster':
      return [undefined];
    case 'istio':
      return [istio];
    case 'injected':
      return injected;
    case 'kube-system':
      return [scope];
  }
}
