import type { RolloutView } from '../../../src/temporal/reading/rollout-view.js';
import type { ChaosPlan, Target } from '../chaos/chaos-plan.js';
import type { Fleet } from '../support/fleet.js';

/** Something that waits for a person: a cluster, or the whole rollout, about which is decided by its primary. */
export interface Parked {
  readonly cluster: string;
  /** What a plan calls its API server. */
  readonly target: Target;
  /** Where it waits. */
  readonly step: string;
  readonly code: string;
  readonly message: string;
}

/** Returns everything that waits for a person in a rollout. */
export function parkedIn(
  { primary, remotes }: Pick<Fleet, 'primary' | 'remotes'>,
  { attention, steps, clusters }: Pick<RolloutView, 'attention' | 'steps' | 'clusters'>,
): Parked[] {
  const names = [primary, ...remotes].map(({ name }) => name);
  const isLastPass = steps.some(({ step, status }) => step === LAST_PASS && status !== 'Pending');
  const whole = attention ? [{ cluster: primary.name, step: 'validate', attention }] : [];
  const waiting = clusters.filter(({ status }) => status === 'NeedsAttention');
  return [...whole, ...waiting].flatMap(({ cluster, attention, step = 'validate' }) => {
    if (!attention) return [];
    const { code, message } = attention;
    const target = API_SERVERS[names.indexOf(cluster)] ?? 'hub';
    return [{ cluster, target, step: isLastPass ? LAST_PASS : step, code, message }];
  });
}

const API_SERVERS: readonly Target[] = ['hub', 'r1', 'r2', 'r3', 'r4'];
const LAST_PASS = 'refresh-endpoints';

/** What the last pass may report of a remote when its time is over (workflows/rollout/endpoints.ts): the last transient failure. */
const OF_THE_LAST_PASS = ['api-unavailable', 'endpoints-outdated', 'no-ready-endpoint'];

/**
 * Returns whether a plan explains that something waits for a person. Whatever is killed comes back, and what mends itself is
 * retried without a person (docs/errors.md) until progressDeadline: so it takes a short deadline to park anything. The one
 * exception is the check of an API server that does not answer, which holds the rollout until it does. Every other code asks
 * a person to mend what nobody has broken.
 */
export function mayPark(
  { progressDeadline, disturbances }: ChaosPlan,
  { target, step, code }: Pick<Parked, 'target' | 'step' | 'code'>,
): boolean {
  if (code === 'cluster-unreachable') return disturbances.some((each) => each.target === target);
  if (progressDeadline === undefined) return false;
  if (code === 'progress-deadline-exceeded') return true;
  return step === LAST_PASS && OF_THE_LAST_PASS.includes(code);
}
