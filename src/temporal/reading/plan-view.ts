import type { PlanProgress, RolloutPlan } from '../../rollout/plan/plan.js';
import type { Attention } from '../../rollout/progress/progress.js';

/** A plan as the API returns it. */
export interface PlanView {
  readonly planId: string;
  readonly mesh: string;
  readonly requestedBy: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly finishedAt?: number;
  /** `Failed`: `attention` says why, and there is no plan. */
  readonly status: 'Running' | 'Succeeded' | 'Failed';
  /** While it runs: whether a worker works on it, as in the view of a rollout. */
  readonly worker?: 'answers' | 'none' | 'failing';
  /** While it runs and a worker answers. */
  readonly progress?: PlanProgress;
  /** When it has succeeded. */
  readonly plan?: RolloutPlan;
  readonly attention?: Attention;
  /** When the worker refused the document as invalid: every problem. */
  readonly problems?: readonly { readonly path: string; readonly message: string }[];
}

/** The response to a request for a plan. */
export interface StartedPlan {
  readonly planId: string;
  readonly mesh: string;
  readonly workflowId: string;
}
