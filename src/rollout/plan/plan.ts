import type { Finding } from '../checks/findings.js';
import type { ErrorCode } from '../codes.js';
import type { RemoteInput } from '../resolve/resolved.js';

/**
 * A plan: what a rollout of a document would do, found out by dry runs. Plain types: workflows load this file. Lists are
 * cut where they would become too long for a payload of Temporal; counts are always exact.
 */

/** How many objects of a cluster would be touched, and how many stay as they are. */
export interface ChangeCounts {
  readonly create: number;
  readonly change: number;
  /** Namespaces that get the label for injection; they do not count as changed. */
  readonly label: number;
  readonly prune: number;
  readonly keep: number;
}

/** Objects of one kind. */
export interface KindList {
  readonly kind: string;
  /** All of them, however many are named. */
  readonly count: number;
  /** The first ones, as `namespace/name`, or the name alone for kinds without namespaces. */
  readonly names: readonly string[];
}

/** Something that a rollout would stop at, beside the findings: it would park the cluster. */
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
  /** For example field conflicts; the rollout would do the rest of the cluster up to there. */
  readonly problems: readonly PlanProblem[];
  /** What a dry run could not find out. */
  readonly notes: readonly string[];
  /** Running Pods of the namespaces to be labelled that would have no sidecar until they are restarted. */
  readonly podsWithoutSidecar: number;
}

/** Result of the activity `planPrimary`. */
export interface PrimaryPlan extends ClusterPlan {
  /** The control plane would get other Pods, and with them other addresses. */
  readonly controlPlaneMoves: boolean;
}

/** Input of the activity `planRemote`. */
export interface PlanRemoteInput extends RemoteInput {
  readonly controlPlaneMoves: boolean;
}

/** Input of a step of a remote, in a rollout or on a plan. */
export type PlannedRemoteInput = RemoteInput & Partial<PlanRemoteInput>;

/** Result of the activity `planRemote`. */
export interface RemotePlan extends ClusterPlan {
  /** The remote secret, which stands in the primary. */
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
  /** Whether `accept` in the document takes it on. */
  readonly acceptable: boolean;
}

/** The rollout of the mesh that is running while it is planned: what it does comes first. */
export interface RunningRollout {
  readonly rolloutId: string;
  readonly requestedBy: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** `blocked`: a finding blocks, or a cluster would park; `changes` and `no-change` are only said when nothing does. */
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
  /** How many remotes would be at work at the same time. */
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
  /** Clusters of groups that were left out because the plan would have become too long. */
  readonly clustersLeftOut: number;
  /** Of the clusters that have any, the first ones; `podsWithoutSidecar` counts all. */
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

/** How far a plan is; the answer to its query `progress`. */
export interface PlanProgress {
  readonly step: 'resolve' | 'validate' | 'plan';
  /** Clusters. */
  readonly done: number;
  readonly total: number;
}
