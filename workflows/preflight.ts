import { ERRORS } from '../src/rollout/codes.js';
import type { ClusterInspection, Finding } from '../src/rollout/findings.js';
import { inspectInput } from '../src/rollout/inspect-input.js';
import { applyAcceptance, comparePairs, isBlocking } from '../src/rollout/pairs.js';
import type { Attention } from '../src/rollout/progress.js';
import type { ResolvedRollout } from '../src/rollout/resolved.js';
import { activities, callOptions } from './activities.js';
import { attentionOf } from './attention.js';
import { inspectClusters } from './inspect-clusters.js';
import type { RolloutRun } from './rollout-run.js';
import { runUnless } from './run-unless.js';

/**
 * The checks before anything is changed. Findings about the primary or about a pair of clusters hold the rollout;
 * findings about one remote hold that remote only, and it is let in when they are mended.
 */
export class Preflight {
  readonly #run: RolloutRun;
  readonly #resolved: ResolvedRollout;
  readonly #inspections = new Map<string, ClusterInspection>();
  /** Grows with every inspection taken in: with the clusters left, it says whether pairs must be compared again. */
  #inspected = 0;
  /** Compared once for all inspections: for each of hundreds of clusters anew would take seconds. */
  #pairs: { readonly of: string; readonly findings: readonly Finding[] } = { of: '', findings: [] };

  constructor(run: RolloutRun, resolved: ResolvedRollout) {
    this.#run = run;
    this.#resolved = resolved;
  }

  /** For a rollout that has passed these checks in an earlier run of its workflow: remotes that have not started need them. */
  static async again(run: RolloutRun, resolved: ResolvedRollout): Promise<Preflight> {
    const preflight = new Preflight(run, resolved);
    const toStart = resolved.remotes.some(
      ({ cluster }) => !run.children.has(cluster) && !run.isOver(cluster),
    );
    if (toStart)
      await preflight.#inspect(preflight.#takingPart(run.progress.clusters.map((each) => each.cluster)));
    return preflight;
  }

  /** Inspects every cluster; comes back when nothing holds the rollout any more. */
  async validate(): Promise<void> {
    const { primary, remotes } = this.#resolved;
    await this.#inspect([primary.cluster, ...remotes.map((remote) => remote.cluster)]);
    for (;;) {
      const findings = this.#rolloutFindings();
      this.#run.apply({ type: 'findings', findings });
      const blocking = findings.filter(isBlocking);
      if (blocking.length === 0) break;
      this.#run.apply({ type: 'step', step: 'validate', status: 'NeedsAttention', at: Date.now() });
      await this.#mended(blocking);
      this.#run.apply({ type: 'step', step: 'validate', status: 'Running', at: Date.now() });
      await this.#inspect(this.#takingPart(blocking.flatMap(clustersOf)));
    }
    for (const { cluster } of remotes) this.#showFindings(cluster);
  }

  /** Comes back with true when the remote may be changed, with false when a person skips it. */
  async admit(cluster: string): Promise<boolean> {
    while (!this.#run.isOver(cluster)) {
      const attention = await this.#whyNot(cluster);
      if (!attention) return !this.#run.isOver(cluster);
      if ((await this.#run.hold(cluster, attention)) === 'skip') {
        this.#run.apply({ type: 'cluster-skipped', cluster, at: Date.now() });
      } else {
        this.#run.apply({ type: 'cluster-started', cluster, at: Date.now() });
        await this.#inspect([cluster]);
      }
    }
    return false;
  }

  /** Looks at a remote again that an earlier run of the workflow has held; see {@link admit}. */
  async lookAgain(cluster: string): Promise<void> {
    this.#run.apply({ type: 'cluster-started', cluster, at: Date.now() });
    if (this.#findingsOf(cluster).some(isBlocking)) await this.#inspect([cluster]);
  }

  /** Why the remote may not be changed yet; one that is only unreachable is waited for first. */
  async #whyNot(cluster: string): Promise<Attention | undefined> {
    if (this.#inspections.get(cluster)?.unreachable) {
      const [finding] = this.#findingsOf(cluster);
      const attention = finding && { code: finding.code, message: finding.what, action: finding.action };
      this.#run.apply({ type: 'cluster-started', cluster, at: Date.now(), ...(attention && { attention }) });
      const failure = await this.#reachUnlessSkipped(cluster);
      if (failure || this.#run.isOver(cluster)) return failure;
    }
    const blocking = this.#showFindings(cluster).filter(isBlocking);
    return blocking.length > 0 ? attentionFor(blocking) : undefined;
  }

  async #reachUnlessSkipped(cluster: string): Promise<Attention | undefined> {
    const isOver = () => this.#run.isOver(cluster);
    try {
      await runUnless(isOver, () => this.#reach(cluster, this.#resolved.progressDeadlineMs));
    } catch (error) {
      if (!isOver()) return attentionOf(error);
    }
    return undefined;
  }

  /** Waits until a held rollout is worth another look: a person decided, or the primary answers again. */
  async #mended(blocking: readonly Finding[]): Promise<void> {
    const { cluster } = this.#resolved.primary;
    const onlyUnreachable = blocking.every((finding) => finding.code === 'cluster-unreachable');
    const held = this.#run.holdRollout(attentionFor(blocking));
    if (onlyUnreachable) await this.#reachUnlessDecided(cluster, held);
    await held;
  }

  async #reachUnlessDecided(cluster: string, held: Promise<void>): Promise<void> {
    let isDecided = false;
    held.then(
      () => {
        isDecided = true;
      },
      () => undefined, // The whole rollout is cancelled, and so is what follows.
    );
    try {
      await runUnless(
        () => isDecided,
        () => this.#reach(cluster),
      );
    } catch (error) {
      if (!isDecided) throw error;
    }
    this.#run.releaseRollout();
  }

  #inspect(clusters: readonly string[]): Promise<void> {
    return inspectClusters(this.#resolved, clusters, (inspections) => this.#take(inspections));
  }

  /** Inspects one cluster as soon as it answers; fails when it does not within the deadline. */
  async #reach(cluster: string, deadlineMs?: number): Promise<void> {
    const options = callOptions(`${cluster} · validate, waits for the API server`, deadlineMs);
    const input = { ...inspectInput(this.#resolved, [cluster]), mustReach: true };
    this.#take(await activities.inspectClusters.executeWithOptions(options, [input]));
  }

  #take(inspections: readonly ClusterInspection[]): void {
    for (const inspection of inspections) this.#inspections.set(inspection.cluster, inspection);
    this.#inspected += inspections.length;
  }

  #rolloutFindings(): readonly Finding[] {
    const { cluster } = this.#resolved.primary;
    const own = this.#inspections.get(cluster)?.findings ?? [];
    return applyAcceptance([...own, ...this.#pairFindings()], [...this.#run.accepted]);
  }

  /**
   * What is found about one remote. A pair is the rollout's business while nothing has started; a remote that was
   * unreachable then is compared when it turns up, and a conflict holds it and not the others, which are at work.
   */
  #findingsOf(cluster: string): readonly Finding[] {
    const own = this.#inspections.get(cluster)?.findings ?? [];
    const pairs = this.#pairFindings().filter((each) => clustersOf(each).includes(cluster));
    return applyAcceptance([...own, ...pairs], [...this.#run.accepted]);
  }

  #showFindings(cluster: string): readonly Finding[] {
    const findings = this.#findingsOf(cluster);
    if (findings.length > 0 || this.#run.cluster(cluster).findings) {
      this.#run.apply({ type: 'cluster-findings', cluster, findings });
    }
    return findings;
  }

  #pairFindings(): readonly Finding[] {
    const names = this.#takingPart([...this.#inspections.keys()]);
    const of = `${this.#inspected} ${names.length}`;
    if (this.#pairs.of !== of) {
      const inspections = names.flatMap((name) => this.#inspections.get(name) ?? []);
      this.#pairs = { of, findings: comparePairs(inspections) };
    }
    return this.#pairs.findings;
  }

  #takingPart(clusters: readonly string[]): string[] {
    return [...new Set(clusters)].filter((name) => this.#run.cluster(name).status !== 'Skipped');
  }
}

function clustersOf(finding: Finding): string[] {
  return [finding.cluster, finding.otherCluster].filter((name) => name !== undefined);
}

function attentionFor(blocking: readonly Finding[]): Attention {
  const [first] = blocking;
  const message = blocking.map((each) => each.what).join('\n');
  return blocking.length === 1 && first
    ? { code: first.code, message, action: first.action }
    : { code: first?.code ?? 'preflight-blocked', message, action: ERRORS['preflight-blocked'].action };
}
