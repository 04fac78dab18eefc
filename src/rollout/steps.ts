/** The steps and statuses of a rollout's progress. */

export const ROLLOUT_STEPS = ['resolve', 'validate', 'refresh-endpoints'] as const;
export const PRIMARY_STEPS = ['deploy-primary', 'collect-endpoints'] as const;
export const REMOTE_STEPS = [
  'prepare-namespace',
  'install-remote',
  'register-remote',
  'activate-injection',
  'verify-remote',
  'label-namespaces',
  'verify-injection',
] as const;

export type RolloutStep = (typeof ROLLOUT_STEPS)[number];
export type PrimaryStep = (typeof PRIMARY_STEPS)[number];
export type RemoteStep = (typeof REMOTE_STEPS)[number];
export type StepName = RolloutStep | PrimaryStep | RemoteStep;

/** Status of a rollout, a wave, a cluster, a step. */
export const STATUSES = [
  'Pending',
  'Running',
  'Paused',
  'NeedsAttention',
  'Succeeded',
  'Skipped',
  'Aborted',
] as const;
export type Status = (typeof STATUSES)[number];
