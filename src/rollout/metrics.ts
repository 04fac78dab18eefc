/**
 * The names of the metrics, as Prometheus and its users know them. This is the only place that defines them.
 * docs/operating.md lists them, and a test compares the two. Names and labels never change their meaning. No label
 * carries the name of a cluster or a mesh: there are too many of them, for too long.
 */

/** A metric as it is registered and documented. */
export interface Metric {
  readonly name: string;
  /** One line, as `# HELP`. */
  readonly help: string;
  readonly labels: readonly string[];
}

/** The metrics of the API server. */
export const API_METRICS = {
  parkedClusters: {
    name: 'mesh_rollout_clusters_parked',
    help: 'Clusters of running rollouts that wait for a person, by code.',
    labels: ['code'],
  },
  rollouts: {
    name: 'mesh_rollout_rollouts',
    help: 'Rollouts that Temporal knows, running and finished, by status.',
    labels: ['status'],
  },
  silentRollouts: {
    name: 'mesh_rollout_rollouts_without_answer',
    help: 'Running rollouts without a report from a worker; their clusters are not counted.',
    labels: [],
  },
  figuresRead: {
    name: 'mesh_rollout_temporal_read',
    help: '1 if the metrics about rollouts could be read from Temporal for this scrape, otherwise 0, and they are absent.',
    labels: [],
  },
  requestDuration: {
    name: 'mesh_rollout_http_request_duration_seconds',
    help: 'Time to answer a request, by method, route and status; event streams are excluded.',
    labels: ['method', 'route', 'status'],
  },
} as const satisfies Record<string, Metric>;

/** The metrics of a worker. */
export const WORKER_METRICS = {
  stepDuration: {
    name: 'mesh_rollout_step_duration_seconds',
    help: 'Duration of an attempt of a step, by outcome: succeeded, retried, needs-attention or cancelled.',
    labels: ['step', 'outcome'],
  },
  stepAttempts: {
    name: 'mesh_rollout_step_attempts_total',
    help: 'Attempts of a step that have started.',
    labels: ['step'],
  },
  stalledRollouts: {
    name: 'mesh_rollout_rollouts_stalled_total',
    help: 'Rollouts that this worker has stopped because their workflow crashed or stalled every worker that took it.',
    labels: [],
  },
} as const satisfies Record<string, Metric>;

/** How an attempt ended: `retried` is retried automatically, `needs-attention` waits for a person. */
export type StepOutcome = 'succeeded' | 'retried' | 'needs-attention' | 'cancelled';
