import type { Permission, Role } from '../../permissions/permissions.js';

/**
 * What Helm keeps of its releases: it reads, creates, changes and deletes the Secrets of revisions (Helm 3.22 and 4.2,
 * pkg/storage/driver/secrets.go), and the worker reads them and deletes a pending one. A role cannot limit them by their
 * names, since those count the revisions; so a worker with Helm may read every Secret of Istio's namespace.
 */
const RELEASES: Permission = {
  scope: 'istio',
  resource: 'secrets',
  verbs: ['get', 'list', 'create', 'update', 'delete'],
};

/** What a rollout with Helm does beyond one with istioctl, by the cluster's part in the mesh. */
export const HELM_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  primary: [RELEASES],
  remote: [RELEASES],
};
