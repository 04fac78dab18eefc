import type { Controls, DecisionInput, DecisionResult } from '../../rollout/messages.js';
import type { TemporalAccess } from '../connection/connection.js';
import { readiness, type TemporalReadiness } from '../connection/readiness.js';
import { ensureSearchAttributesOnce } from '../connection/search-attributes.js';
import { control, type Decided, decide } from '../starting/decide.js';
import { type StartedRollout, type StartRequest, startRollout } from '../starting/start-rollout.js';
import { getRollout } from './get-rollout.js';
import { listRollouts } from './list-rollouts.js';
import { type RolloutFigures, readFigures } from './rollout-figures.js';
import type { RolloutListItem, RolloutView } from './rollout-view.js';

/** The operations of the API on rollouts. Every call ends within seconds, with a result or a typed error. */
export interface Rollouts {
  /** @throws RolloutRunningError when the mesh has a running rollout; `idempotency-key-reused`; TemporalError */
  start(request: StartRequest): Promise<StartedRollout>;
  /** Returns running and finished rollouts, newest first, at most `limit`. @throws TemporalError */
  list(limit: number): Promise<RolloutListItem[]>;
  /** Returns the running or most recent rollout of a mesh. @throws RolloutError `rollout-not-found`; TemporalError */
  get(mesh: string): Promise<RolloutView>;
  /** @throws RolloutError with the code of the refusal; TemporalError */
  retry(mesh: string, input: DecisionInput): Promise<Decided<DecisionResult>>;
  /** @throws as {@link Rollouts.retry} */
  skip(mesh: string, input: DecisionInput): Promise<Decided<DecisionResult>>;
  /** @throws as {@link Rollouts.retry} */
  control<Name extends keyof Controls>(
    mesh: string,
    name: Name,
    input: Controls[Name],
  ): Promise<Decided<void>>;
  /** Returns the number of rollouts, and what waits. @throws TemporalError */
  figures(): Promise<RolloutFigures>;
  /** Never throws. */
  readiness(): Promise<TemporalReadiness>;
}

/** Returns the rollouts of one Temporal namespace. Registers its search attributes before the first start. */
export function createRollouts(access: TemporalAccess): Rollouts {
  const ensureRegistered = ensureSearchAttributesOnce(access);
  return {
    start: async (request) => {
      await ensureRegistered();
      return startRollout(access, request);
    },
    list: (limit) => listRollouts(access, limit),
    get: (mesh) => getRollout(access, mesh),
    retry: (mesh, input) => decide(access, mesh, 'retry', input),
    skip: (mesh, input) => decide(access, mesh, 'skip', input),
    control: (mesh, name, input) => control(access, mesh, name, input),
    figures: () => readFigures(access),
    readiness: () => readiness(access),
  };
}
