import { concurrently } from '../../base/concurrency/concurrently.js';
import { listNames } from '../../base/text/wording.js';
import type { Clusters } from '../../kubernetes/connection/clusters.js';
import type { ClusterFailure } from '../../rollout/activities.js';
import type { PrimaryInput } from '../../rollout/resolve/resolved.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { clusterFailure } from '../steps/cluster-failure.js';
import { keepTrying } from '../steps/keep-trying.js';
import type { StepContext } from '../steps/step-context.js';
import { knownRemotes } from './attached-remotes.js';
import type { ControlPlaneEndpoints } from './control-plane-endpoints.js';
import { pointAll } from './point-all.js';

const CONCURRENCY = 25;
/** A remote that restarts its API server is waited for; one that is gone must not keep istiod from being mended. */
const PATIENCE_MS = 60_000;
/** How many remotes a message names. */
const NAMED = 5;

interface Way {
  readonly clusters: Clusters;
  readonly endpoints: ControlPlaneEndpoints;
}

/** The remotes that are attached to a primary when its control plane is replaced. */
export class ReplacementRemotes {
  readonly #way: Way;
  readonly #input: PrimaryInput;
  readonly #step: StepContext;
  readonly #names: readonly string[];

  private constructor(way: Way, input: PrimaryInput, step: StepContext, names: readonly string[]) {
    this.#way = way;
    this.#input = input;
    this.#step = step;
    this.#names = names;
  }

  /**
   * Finds the remotes that take their endpoints from this project.
   *
   * @throws RolloutError `remotes-not-pointed` when some do not answer, unless that was accepted: then they are left out
   */
  static async find(way: Way, input: PrimaryInput, step: StepContext): Promise<ReplacementRemotes> {
    const { signal } = step;
    const { clusters, endpoints } = way;
    step.heartbeat('looks which remotes are attached');
    const names = await knownRemotes(clusters, input, signal);
    const giveUpAt = Math.min(Date.now() + PATIENCE_MS, step.deadline);
    const failed: ClusterFailure[] = [];
    const ours = await concurrently(names, CONCURRENCY, async (name) => {
      try {
        const isOurs = async () => endpoints.isPointedByRollouts(await clusters.get(name), input, signal);
        return (await keepTrying(giveUpAt, signal, isOurs)) ? [name] : [];
      } catch (error) {
        signal.throwIfAborted();
        failed.push(clusterFailure(error, name));
        return [];
      }
    });
    refuseLeftBehind(input, failed);
    return new ReplacementRemotes(way, input, step, ours.flat());
  }

  /**
   * Points all of them at the Ready Pods of the control plane.
   *
   * @throws RolloutError `remotes-not-pointed` when that fails for some, unless it was accepted
   */
  async point(why: string): Promise<void> {
    this.#step.heartbeat(`points ${this.#names.length} attached remotes ${why}`);
    const giveUpAt = Math.min(Date.now() + PATIENCE_MS, this.#step.deadline);
    const { failed } = await pointAll(this.#way, this.#input, this.#names, giveUpAt, this.#step);
    refuseLeftBehind(this.#input, failed);
  }
}

function refuseLeftBehind({ primary, accept }: PrimaryInput, failed: readonly ClusterFailure[]): void {
  if (failed.length === 0 || accept.includes('remote-left-behind')) return;
  const names = listNames(
    failed.map(({ cluster }) => cluster),
    NAMED,
  );
  const message = `${failed.length} attached remotes cannot be pointed at istiod: ${names}. ${failed[0]?.message ?? ''}`;
  throw new RolloutError('remotes-not-pointed', message, { cluster: primary });
}
