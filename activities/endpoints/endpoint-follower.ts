import { Semaphore } from '../../src/base/concurrency/semaphore.js';
import { knownRemotes } from '../../src/istio/endpoints/attached-remotes.js';
import type { ControlPlaneEndpoints } from '../../src/istio/endpoints/control-plane-endpoints.js';
import { clusterFailure } from '../../src/istio/steps/cluster-failure.js';
import type { StepContext } from '../../src/istio/steps/step-context.js';
import type { FollowEndpointsInput } from '../../src/rollout/activities.js';
import { RolloutError } from '../../src/rollout/rollout-error.js';
import type { ActivityDependencies } from '../dependencies.js';

/** Remotes that are written at the same time. */
const CONCURRENCY = 50;
/** How soon a remote is noticed that was registered since. */
const LIST_EVERY_MS = 10_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** One remote, as far as it was pointed. */
interface Remote {
  /** The addresses that it was pointed at; or those at which it was found not to be ours to point. */
  settledFor?: string;
  isBusy: boolean;
  failures: number;
  /** Why the last try failed. */
  problem?: string;
  nextTryAt: number;
}

/**
 * Points all attached remotes of a mesh at the Ready istiod Pods, again and again. A remote that does not answer delays
 * no other one.
 */
export class EndpointFollower {
  readonly #dependencies: ActivityDependencies;
  readonly #endpoints: ControlPlaneEndpoints;
  readonly #mesh: FollowEndpointsInput;
  readonly #step: StepContext;
  readonly #updates = new Semaphore(CONCURRENCY);
  readonly #remotes = new Map<string, Remote>();
  readonly #underWay = new Set<Promise<void>>();
  #addresses = '';
  #listedAt = 0;

  constructor(dependencies: ActivityDependencies, mesh: FollowEndpointsInput, step: StepContext) {
    this.#dependencies = dependencies;
    this.#endpoints = dependencies.installers.of(mesh).endpoints;
    this.#mesh = mesh;
    this.#step = step;
  }

  /**
   * Looks where istiod is, and begins to point the remotes that were not pointed there yet. While istiod has no Ready Pod,
   * or the primary cannot be read, remotes keep the addresses that they have.
   */
  async look(): Promise<void> {
    try {
      await this.#look();
    } catch (error) {
      this.#step.signal.throwIfAborted();
      if (!(error instanceof RolloutError)) throw error;
      this.#say(error.message);
    }
  }

  async #look(): Promise<void> {
    const { signal } = this.#step;
    const primary = await this.#dependencies.clusters.get(this.#mesh.primary);
    const addresses = (await this.#endpoints.ready(primary, this.#mesh, signal)).join(', ');
    const haveMoved = addresses !== this.#addresses;
    this.#addresses = addresses;
    if (haveMoved || Date.now() - this.#listedAt >= LIST_EVERY_MS) await this.#list();
    this.#pointOutdated(haveMoved);
    this.#say(`istiod is at ${addresses}`);
  }

  /** Waits until nothing is being written any more. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#underWay);
  }

  async #list(): Promise<void> {
    const names = await knownRemotes(this.#dependencies.clusters, this.#mesh, this.#step.signal);
    this.#listedAt = Date.now();
    for (const name of this.#remotes.keys()) {
      if (!names.includes(name)) this.#remotes.delete(name);
    }
    for (const name of names) {
      if (!this.#remotes.has(name)) this.#remotes.set(name, { isBusy: false, failures: 0, nextTryAt: 0 });
    }
  }

  #pointOutdated(haveMoved: boolean): void {
    const now = Date.now();
    const due = [...this.#remotes].filter(
      ([, { settledFor, isBusy, nextTryAt }]) =>
        settledFor !== this.#addresses && !isBusy && (haveMoved || nextTryAt <= now),
    );
    // Those that did not answer before may take ten seconds not to answer again.
    due.sort(([, one], [, other]) => one.failures - other.failures);
    for (const [name, remote] of due) {
      remote.isBusy = true;
      const work = this.#point(name, remote).finally(() => this.#underWay.delete(work));
      this.#underWay.add(work);
    }
  }

  async #point(name: string, remote: Remote): Promise<void> {
    const { signal, log } = this.#step;
    try {
      await this.#updates.run(async () => {
        const addresses = this.#addresses;
        const { clusters } = this.#dependencies;
        const [client, primary] = await Promise.all([clusters.get(name), clusters.get(this.#mesh.primary)]);
        if (await this.#endpoints.isPointedByRollouts(client, this.#mesh, signal)) {
          const { changed } = await this.#endpoints.settle(client, primary, this.#mesh, this.#step);
          if (changed > 0) log.info('pointed at the Pods of istiod', { cluster: name, addresses });
        }
        remote.settledFor = addresses;
      }, signal);
      remote.failures = 0;
      delete remote.problem;
    } catch (error) {
      if (signal.aborted) return;
      const { code, message } = clusterFailure(error, name);
      if (remote.failures === 0)
        log.warn('cannot be pointed at the Pods of istiod', { cluster: name, code, message });
      remote.nextTryAt = Date.now() + Math.min(FIRST_PAUSE_MS * 2 ** remote.failures, LONGEST_PAUSE_MS);
      remote.failures += 1;
      remote.problem = code;
    } finally {
      remote.isBusy = false;
    }
  }

  /** The heartbeat shows in the Temporal UI which remotes cannot be pointed. */
  #say(fact: string): void {
    const failing = [...this.#remotes].filter(([, { problem }]) => problem !== undefined);
    const named = failing.slice(0, 10).map(([name, { problem }]) => `${name} (${problem})`);
    const more = failing.length > named.length ? ` and ${failing.length - named.length} more` : '';
    const words = failing.length === 0 ? '' : `; not pointed there: ${named.join(', ')}${more}`;
    this.#step.heartbeat(`${fact}, for ${this.#remotes.size} remotes${words}`);
  }
}
