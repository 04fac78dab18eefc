/**
 * The names that Temporal, Kubernetes and users see. They are part of the contract: a running rollout, a saved
 * search and a script depend on them.
 */

/** The task queue of workflows and activities. */
export const TASK_QUEUE = 'mesh-rollout';

/** Workflow types. Users start `rollout` and `plan`; the other two are children of a rollout, one per cluster. */
export const WorkflowType = {
  rollout: 'rollout',
  primary: 'primary',
  remote: 'remote',
  plan: 'plan',
} as const;

/** Returns the workflow ID of a mesh's rollout. It is the lock: Temporal runs one workflow per ID at a time. */
export function rolloutWorkflowId(mesh: string): string {
  return `mesh/${mesh}`;
}

/** Returns the workflow ID of a cluster's child workflow. It is the lock of the cluster across meshes. */
export function clusterWorkflowId(cluster: string): string {
  return `cluster/${cluster}`;
}

/** Returns the workflow ID of a plan. It is not a lock, because plans change nothing. */
export function planWorkflowId(planId: string): string {
  return `plan/${planId}`;
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
  /** Query on a rollout ({@link RolloutProgress}), a cluster ({@link ClusterProgress}) and a plan ({@link PlanProgress}). */
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
  /** Signal from a rollout to a cluster's workflow: the decision of a person. */
  decision: 'decision',
} as const;

/** Field manager and `app.kubernetes.io/managed-by` of the objects that this project itself writes into clusters. */
export const MANAGED_BY = 'mesh-rollout';
