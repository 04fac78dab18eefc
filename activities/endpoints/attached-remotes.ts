import { concurrently } from '../../src/base/concurrency/concurrently.js';
import { listNames } from '../../src/base/text/wording.js';
import {
  isPointedByRollouts,
  type MeshPrimary,
  registeredRemotes,
} from '../../src/istio/endpoints/attached-remotes.js';
import type { ClusterFailure } from '../../src/rollout/activities.js';
import type { PrimaryInput } from '../../src/rollout/resolve/resolved.js';
import { RolloutError } from '../../src/rollout/rollout-error.js';
import type { StepContext } from '../activity.js';
import { clusterFailure } from '../cluster-failure.js';
import type { ActivityDependencies } from '../dependencies.js';
import { keepTrying } from '../keep-trying.js';
import { pointAll } from './point-remotes.js';

const CONCURRENCY = 25;
/** A remote that restarts its API server is waited for; one that is gone must not keep istiod from being mended. */
const PATIENCE_MS = 60_000;
/** How many remotes a message names. */
const NAMED = 5;

/**
 * Returns the names of the remotes that are registered in a primary and stand in the inventory, sorted. What the inventory
 * does not name, this project has no way to.
 */
export async function knownRemotes(
  { clusters }: ActivityDependencies,
  mesh: MeshPrimary,
  signal: AbortSignal,
): Promise<string[]> {
  const [primary, inventory] = await Promise.all([clusters.get(mesh.primary), clusters.inventory()]);
  const known = new Set(inventory.clusters.map(({ name }) => name));
  const registered = await registeredRemotes(primary, mesh, signal);
  return registered.filter((name) => name !== mesh.primary && known.has(name));
}

/** The remotes that are attached to a primary when its istiod is replaced. */
export class AttachedRemotes {
  readonly #dependencies: ActivityDependencies;
  readonly #input: PrimaryInput;
  readonly #step: StepContext;
  readonly #names: readonly string[];

  private constructor(
    dependencies: ActivityDependencies,
    input: PrimaryInput,
    step: StepContext,
    names: readonly string[],
  ) {
    this.#dependencies = dependencies;
    this.#input = input;
    this.#step = step;
    this.#names = names;
  }

  /**
   * Finds the remotes that take their endpoints from this project.
   *
   * @throws RolloutError `remotes-not-pointed` when some do not answer, unless that was accepted: then they are left out
   */
  static async find(
    dependencies: ActivityDependencies,
    input: PrimaryInput,
    step: StepContext,
  ): Promise<AttachedRemotes> {
    const { signal } = step;
    step.heartbeat('looks which remotes are attached');
    const names = await knownRemotes(dependencies, input, signal);
    const giveUpAt = Math.min(Date.now() + PATIENCE_MS, step.deadline);
    const failed: ClusterFailure[] = [];
    const ours = await concurrently(names, CONCURRENCY, async (name) => {
      try {
        const isOurs = async () => isPointedByRollouts(await dependencies.clusters.get(name), input, signal);
        return (await keepTrying(giveUpAt, signal, isOurs)) ? [name] : [];
      } catch (error) {
        signal.throwIfAborted();
        failed.push(clusterFailure(error, name));
        return [];
      }
    });
    refuseLeftBehind(input, failed);
    return new AttachedRemotes(dependencies, input, step, ours.flat());
  }

  /**
   * Points all of them at the Ready istiod Pods.
   *
   * @throws RolloutError `remotes-not-pointed` when that fails for some, unless it was accepted
   */
  async point(why: string): Promise<void> {
    this.#step.heartbeat(`points ${this.#names.length} attached remotes ${why}`);
    const giveUpAt = Math.min(Date.now() + PATIENCE_MS, this.#step.deadline);
    const { failed } = await pointAll(this.#dependencies, this.#input, this.#names, giveUpAt, this.#step);
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
