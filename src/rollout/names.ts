/**
 * The names that Temporal, Kubernetes and users see. They are part of the contract: a running rollout, a saved
 * search and a script depend on them.
 */

/** The task queue of workflows and activities. */
export const TASK_QUEUE = 'mesh-rollout';

/** Workflow types. `rollout` is what users start; the other two are its children, one per cluster. */
export const WorkflowType = { rollout: 'rollout', primary: 'primary', remote: 'remote' } as const;

/** The workflow ID of a mesh's rollout. It is the lock: Temporal runs one workflow of an ID at a time. */
export function rolloutWorkflowId(mesh: string): string {
  return `mesh/${mesh}`;
}

/** The workflow ID of a cluster's child workflow. It is the lock of the cluster across meshes. */
export function clusterWorkflowId(cluster: string): string {
  return `cluster/${cluster}`;
}

/** Search attributes, all of type Keyword; the Temporal namespace must have them registered. */
export const SearchAttribute = {
  mesh: 'MeshName',
  cluster: 'ClusterName',
  status: 'RolloutStatus',
  step: 'RolloutStep',
  requestedBy: 'RolloutRequestedBy',
} as const;

/** Queries, updates and signals of the workflows. */
export const Message = {
  /** Query on a rollout ({@link RolloutProgress}) and on a cluster ({@link ClusterProgress}). */
  progress: 'progress',
  retry: 'retry',
  skip: 'skip',
  pause: 'pause',
  resume: 'resume',
  approve: 'approve',
  abort: 'abort',
  accept: 'accept',
  set: 'set',
  /** Signal from a cluster's workflow to its rollout: its status changed. */
  clusterReport: 'clusterReport',
  /** Signal from a rollout to a cluster's workflow: what a person decided. */
  decision: 'decision',
} as const;

/** Field manager and `app.kubernetes.io/managed-by` of what the project itself writes into clusters. */
export const MANAGED_BY = 'mesh-rollout';
