import type { ClusterInspection, Finding } from '../../src/rollout/checks/findings.js';
import { inspectInput } from '../../src/rollout/checks/inspect-input.js';
import {
  applyAcceptance,
  type Conflict,
  compareClusters,
  conflictsByCluster,
  isBlocking,
} from '../../src/rollout/checks/pairs.js';
import { ERRORS } from '../../src/rollout/codes.js';
import type { Attention } from '../../src/rollout/progress/progress.js';
import type { ResolvedRollout } from '../../src/rollout/resolve/resolved.js';
import { activities, callOptions } from '../activities.js';
import { inspectInBatches } from '../inspect-clusters.js';
import { Reach } from './reach.js';
import type { RolloutRun } from './rollout-run.js';
import { runUnless } from './run-unless.js';

/** The findings between clusters. */
interface Conflicts {
  /** How many clusters had been skipped when this was found. */
  readonly skips: number;
  readonly all: readonly Conflict[];
  readonly of: ReadonlyMap<string, Finding[]>;
}

/** Clusters that will be inspected together. */
interface Soon {
  readonly clusters: Set<string>;
  readonly done: Promise<void>;
}

/** The result of the checks is valid for this long. A remote that starts later is checked again. */
const FRESH_MS = 3_600_000;

/**
 * The checks before anything is changed. Findings about the primary or about a pair of clusters hold the rollout;
 * findings about one remote hold only that remote, until they are fixed.
 */
export class Preflight {
  readonly #run: RolloutRun;
  readonly #resolved: ResolvedRollout;
  readonly #inspections = new Map<string, ClusterInspection>();
  /** When this run of the workflow last inspected a cluster, in milliseconds since the epoch. */
  readonly #inspectedAt = new Map<string, number>();
  readonly #reach: Reach;
  #conflicts: Conflicts | undefined;
  #soon: Soon | undefined;

  constructor(run: RolloutRun, resolved: ResolvedRollout) {
    this.#run = run;
    this.#resolved = resolved;
    this.#reach = new Reach(resolved, (inspections) => this.#take(inspections));
  }

  /** Inspects every cluster. Returns when nothing holds the rollout any more. */
  async validate(): Promise<void> {
    const { primary, remotes } = this.#resolved;
    await this.#inspect([primary.cluster, ...remotes.map((remote) => remote.cluster)]);
    for (;;) {
      const { findings, about } = this.#rolloutFindings();
      this.#run.apply({ type: 'findings', findings });
      const blocking = findings.filter(isBlocking);
      if (blocking.length === 0) break;
      this.#run.apply({ type: 'step', step: 'validate', status: 'NeedsAttention', at: Date.now() });
      await this.#mended(blocking, about);
      this.#run.apply({ type: 'step', step: 'validate', status: 'Running', at: Date.now() });
      await this.#inspect(this.#takingPart(about));
    }
    for (const { cluster } of remotes) this.#showFindings(cluster);
  }

  /** Returns true when the remote may be changed, false when a person skips it. */
  async admit(cluster: string): Promise<boolean> {
    if (!this.isFresh(cluster)) await this.#inspectSoon(cluster);
    while (!this.#run.isOver(cluster)) {
      const attention = await this.#whyNot(cluster);
      if (this.#run.isOver(cluster)) return false;
      if (!attention) return true;
      if ((await this.#run.hold(cluster, attention)) === 'skip') {
        this.#run.apply({ type: 'cluster-skipped', cluster, at: Date.now() });
      } else {
        this.#run.apply({ type: 'cluster-waits', cluster });
        await this.#inspectSoon(cluster);
      }
    }
    return false;
  }

  /** Returns whether the last inspection of a remote, in this or an earlier run of the workflow, is still valid. */
  isFresh(cluster: string): boolean {
    const at = this.#inspectedAt.get(cluster) ?? this.#run.checkedAt.get(cluster) ?? 0;
    return Date.now() - at < FRESH_MS;
  }

  /** Makes the next `admit` of a remote check it again. */
  forget(cluster: string): void {
    this.#inspectedAt.delete(cluster);
    this.#run.checkedAt.delete(cluster);
  }

  /** Returns why the remote may not be changed yet. Waits first if the remote is only unreachable. */
  async #whyNot(cluster: string): Promise<Attention | undefined> {
    if (this.#inspections.get(cluster)?.unreachable) {
      const [finding] = this.#findingsOf(cluster);
      const attention = finding && { code: finding.code, message: finding.what, action: finding.action };
      this.#run.apply({ type: 'cluster-started', cluster, at: Date.now(), ...(attention && { attention }) });
      const failure = await this.#reach.wait(cluster, this.#run.whenOver(cluster));
      if (failure || this.#run.isOver(cluster)) return failure;
      this.#run.apply({ type: 'cluster-waits', cluster });
      await this.#inspectOthers();
    }
    const blocking = this.#showFindings(cluster).filter(isBlocking);
    return blocking.length > 0 ? attentionFor(blocking) : undefined;
  }

  /** Waits until a held rollout should be checked again: a person has decided, or the primary answers again. */
  async #mended(blocking: readonly Finding[], about: ReadonlySet<string>): Promise<void> {
    const onlyUnreachable = blocking.every((finding) => finding.code === 'cluster-unreachable');
    const held = this.#run.holdRollout(attentionFor(blocking), about);
    if (onlyUnreachable) await this.#reachPrimaryUnlessDecided(held);
    await held;
  }

  async #reachPrimaryUnlessDecided(held: Promise<void>): Promise<void> {
    const { cluster } = this.#resolved.primary;
    let isDecided = false;
    held.then(
      () => {
        isDecided = true;
      },
      () => undefined, // The whole rollout is cancelled, and so is what follows.
    );
    const options = callOptions(`${cluster} · validate, waits for the API server`);
    const input = { ...inspectInput(this.#resolved, [cluster]), mustReach: true };
    try {
      const inspect = () => activities.inspectClusters.executeWithOptions(options, [input]);
      this.#take(await runUnless(held, inspect));
    } catch (error) {
      if (!isDecided) throw error;
    }
    this.#run.releaseRollout();
  }

  #inspect(clusters: readonly string[]): Promise<void> {
    return inspectInBatches(this.#resolved, clusters, (inspections) => this.#take(inspections));
  }

  /** Inspects a cluster together with all others that request it at the same moment. */
  #inspectSoon(cluster: string): Promise<void> {
    const soon = this.#soon ?? this.#beginSoon();
    soon.clusters.add(cluster);
    return soon.done;
  }

  #beginSoon(): Soon {
    const clusters = new Set<string>();
    const begin = async () => {
      // All callers that the same event wakes make their request before this continues.
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
      this.#soon = undefined;
      await this.#inspect([...clusters]);
    };
    this.#soon = { clusters, done: begin() };
    return this.#soon;
  }

  /**
   * Inspects the other clusters, which an earlier run of the workflow inspected, so that a late remote can be
   * compared with them.
   */
  async #inspectOthers(): Promise<void> {
    const all = this.#run.progress.clusters.map((each) => each.cluster);
    const unknown = this.#takingPart(all).filter((name) => !this.#inspections.has(name));
    if (unknown.length > 0) await this.#inspect(unknown);
  }

  #take(inspections: readonly ClusterInspection[]): void {
    for (const inspection of inspections) {
      this.#inspections.set(inspection.cluster, inspection);
      this.#inspectedAt.set(inspection.cluster, Date.now());
      this.#run.checkedAt.delete(inspection.cluster);
    }
    this.#conflicts = undefined;
  }

  #rolloutFindings(): { findings: readonly Finding[]; about: ReadonlySet<string> } {
    const { cluster } = this.#resolved.primary;
    const own = this.#inspections.get(cluster)?.findings ?? [];
    const conflicts = this.#currentConflicts().all;
    const accepted = this.#run.accepted;
    const findings = applyAcceptance([...own, ...conflicts.map(({ finding }) => finding)], accepted);
    const blocking = conflicts.filter(({ finding }) => applyAcceptance([finding], accepted).some(isBlocking));
    return { findings, about: new Set([cluster, ...blocking.flatMap(clustersOf)]) };
  }

  /**
   * Returns the findings about one remote. Findings about pairs hold the rollout only before anything has started. A
   * remote that was unreachable then is compared when it answers, and a conflict holds only this remote, not the
   * others that are already running.
   */
  #findingsOf(cluster: string): readonly Finding[] {
    const own = this.#inspections.get(cluster)?.findings ?? [];
    const pairs = this.#currentConflicts().of.get(cluster) ?? [];
    return applyAcceptance([...own, ...pairs], this.#run.accepted);
  }

  /** Shows the findings about a remote. If none of them blocks, records that for later runs of the workflow. */
  #showFindings(cluster: string): readonly Finding[] {
    const inspection = this.#inspections.get(cluster);
    if (!inspection) return [];
    const findings = this.#findingsOf(cluster);
    const at = this.#inspectedAt.get(cluster);
    if (at !== undefined && !inspection.unreachable && !findings.some(isBlocking))
      this.#run.checkedAt.set(cluster, at);
    if (findings.length > 0 || this.#run.cluster(cluster).findings) {
      this.#run.apply({ type: 'cluster-findings', cluster, findings });
    }
    return findings;
  }

  /**
   * Returns the conflicts, compared once for all inspections and without the clusters that a person has skipped
   * since.
   */
  #currentConflicts(): Conflicts {
    const { skips } = this.#run;
    if (this.#conflicts?.skips === skips) return this.#conflicts;
    const names = this.#takingPart(this.#inspections.keys());
    const all = compareClusters(names.flatMap((name) => this.#inspections.get(name) ?? []));
    this.#conflicts = { skips, all, of: conflictsByCluster(all) };
    return this.#conflicts;
  }

  #takingPart(clusters: Iterable<string>): string[] {
    return [...new Set(clusters)].filter((name) => this.#run.cluster(name).status !== 'Skipped');
  }
}

function clustersOf({ first, others }: Conflict): string[] {
  return [first, ...others.keys()];
}

function attentionFor(blocking: readonly Finding[]): Attention {
  const [first] = blocking;
  const message = blocking.map((each) => each.what).join('\n');
  return blocking.length === 1 && first
    ? { code: first.code, message, action: first.action }
    : { code: first?.code ?? 'preflight-blocked', message, action: ERRORS['preflight-blocked'].action };
}
