import type { Finding } from '../checks/findings.js';
import type { ErrorCode } from '../codes.js';
import type { RemoteInput } from '../resolve/resolved.js';

/**
 * A plan: what a rollout of a document would do, as determined by dry runs. Plain types: workflows load this file.
 * Lists are cut if they would be too long for a payload of Temporal; counts are always exact.
 */

/** How many objects of a cluster would change, and how many would stay the same. */
export interface ChangeCounts {
  readonly create: number;
  readonly change: number;
  /** Namespaces that would be labelled for injection; they do not count as changed. */
  readonly label: number;
  readonly prune: number;
  readonly keep: number;
}

/** Objects of one kind. */
export interface KindList {
  readonly kind: string;
  /** The total, however many are listed. */
  readonly count: number;
  /** The first names, as `namespace/name`, or only the name for kinds without namespaces. */
  readonly names: readonly string[];
}

/** A problem, besides the findings, that would park the cluster in a rollout. */
export interface PlanProblem {
  readonly code: ErrorCode;
  readonly message: string;
  readonly action: string;
}

/** What a rollout would do to one cluster. */
export interface ClusterPlan {
  readonly counts: ChangeCounts;
  readonly create: readonly KindList[];
  readonly change: readonly KindList[];
  /** Namespaces that would be labelled for injection. */
  readonly label: readonly string[];
  readonly prune: readonly KindList[];
  /** Problems such as field conflicts. The rollout would work on the cluster up to that point. */
  readonly problems: readonly PlanProblem[];
  /** What a dry run could not determine. */
  readonly notes: readonly string[];
  /** Running Pods of the namespaces to be labelled that would have no sidecar until they are restarted. */
  readonly podsWithoutSidecar: number;
}

/** Result of the activity `planPrimary`. */
export interface PrimaryPlan extends ClusterPlan {
  /** True when the control plane would get new Pods, and with them new addresses. */
  readonly controlPlaneMoves: boolean;
}

/** Input of the activity `planRemote`. */
export interface PlanRemoteInput extends RemoteInput {
  readonly controlPlaneMoves: boolean;
}

/** Input of a step of a remote, in a rollout or a plan. */
export type PlannedRemoteInput = RemoteInput & Partial<PlanRemoteInput>;

/** Result of the activity `planRemote`. */
export interface RemotePlan extends ClusterPlan {
  /** The remote secret, which is an object of the primary. */
  readonly registration: { readonly action: 'create' | 'change' | 'keep'; readonly secret: string };
}

/** Clusters for which a rollout would do exactly the same. */
export interface PlanGroup extends Omit<ClusterPlan, 'podsWithoutSidecar'> {
  readonly role: 'primary' | 'remote';
  readonly clusters: readonly string[];
  readonly clusterCount: number;
}

/** A finding of the checks, with what can be done about it. */
export interface PlanFinding extends Finding {
  /** Whether `accept` in the document can accept it. */
  readonly acceptable: boolean;
}

/** The rollout of the mesh that is running at the same time; its changes come first. */
export interface RunningRollout {
  readonly rolloutId: string;
  readonly requestedBy: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** `blocked`: a finding blocks, or a cluster would park. Otherwise `changes` or `no-change`. */
export type PlanOutcome = 'no-change' | 'changes' | 'blocked';

/** Result of the workflow `plan`. */
export interface RolloutPlan {
  readonly mesh: string;
  readonly outcome: PlanOutcome;
  readonly release: string;
  readonly revision: string;
  readonly istioNamespace: string;
  readonly meshID: string;
  readonly network: string;
  readonly primary: string;
  readonly remotes: number;
  readonly waves: readonly PlanWave[];
  /** How many remotes would run at the same time. */
  readonly maxConcurrency: number;
  readonly maxFailures: number;
  readonly progressDeadlineMs: number;
  readonly accept: readonly string[];
  readonly running?: RunningRollout;
  /** Blocks first. */
  readonly findings: readonly PlanFinding[];
  readonly findingCounts: Readonly<Record<Finding['severity'], number>>;
  /** In all clusters. */
  readonly counts: ChangeCounts;
  /** The primary first, then what matters most: problems, pruning, changes. */
  readonly groups: readonly PlanGroup[];
  /** The number of clusters in groups that were left out because the plan would have been too long. */
  readonly clustersLeftOut: number;
  /** The first clusters that have such Pods; `podsWithoutSidecar` counts all. */
  readonly withoutSidecar: readonly { readonly cluster: string; readonly pods: number }[];
  readonly podsWithoutSidecar: number;
}

/** A wave of the resolved document. */
export interface PlanWave {
  readonly name: string;
  readonly clusters: readonly string[];
  readonly clusterCount: number;
  readonly approval?: 'before' | 'after';
  readonly minSuccessTimeMs: number;
}

/** The progress of a plan; the result of its query `progress`. */
export interface PlanProgress {
  readonly step: 'resolve' | 'validate' | 'plan';
  /** Clusters. */
  readonly done: number;
  readonly total: number;
}
