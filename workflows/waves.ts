import { condition, sleep } from '@temporalio/workflow';
import type { ResolvedRollout, ResolvedWave } from '../src/rollout/resolved.js';
import { rolloutRemote } from './clusters.js';
import type { Preflight } from './preflight.js';
import type { RolloutRun } from './rollout-run.js';

/**
 * Rolls out wave after wave. A wave is over when each of its remotes is done or waits for a person; those that wait
 * do not delay the next wave unless they exceed the failure budget. Comes back when every remote is over.
 */
export async function rolloutWaves(
  run: RolloutRun,
  resolved: ResolvedRollout,
  preflight: Preflight,
): Promise<void> {
  const work: Promise<void>[] = [];
  for (const wave of resolved.waves) {
    if (wave.approval === 'before') await approved(run, wave, 'approval before it starts');
    run.apply({ type: 'wave', wave: wave.name, status: 'Running' });
    const remotes = Promise.all(wave.clusters.map((cluster) => oneRemote(run, resolved, preflight, cluster)));
    const gate = afterWave(run, wave, remotes);
    work.push(
      Promise.all([remotes, gate]).then(() =>
        run.apply({ type: 'wave', wave: wave.name, status: 'Succeeded' }),
      ),
    );
    await Promise.race([Promise.all(work), gate]);
  }
  await Promise.all(work);
}

/**
 * Comes back when the next wave may start. Remotes of this one that wait for a person may not be more than the failure
 * budget allows, whatever they wait for: a wave in which nothing was attached has shown nothing.
 */
async function afterWave(run: RolloutRun, wave: ResolvedWave, remotes: Promise<unknown>): Promise<void> {
  const isSettled = () => wave.clusters.every((cluster) => run.isSettled(cluster));
  const waiting = () =>
    wave.clusters.filter((cluster) => run.cluster(cluster).status === 'NeedsAttention').length;
  await Promise.race([remotes, condition(() => isSettled() && waiting() <= run.maxFailures)]);
  if (wave.minSuccessTimeMs > 0) {
    const settledAt = run.wave(wave.name).settledAt ?? Date.now();
    const waitingFor = 'its minSuccessTime';
    run.apply({ type: 'wave', wave: wave.name, status: 'Running', waitingFor, settledAt });
    const left = settledAt + wave.minSuccessTimeMs - Date.now();
    if (left > 0) await sleep(left, { summary: `wave ${wave.name} · minSuccessTime` });
    run.apply({ type: 'wave', wave: wave.name, status: 'Running' });
  }
  if (wave.approval === 'after') await approved(run, wave, 'approval before the next wave');
}

async function oneRemote(
  run: RolloutRun,
  resolved: ResolvedRollout,
  preflight: Preflight,
  cluster: string,
): Promise<void> {
  if (!run.children.has(cluster)) {
    if (!(await stillHeld(run, preflight, cluster)) || !(await preflight.admit(cluster))) return;
    await run.takePlace(cluster);
  }
  await rolloutRemote(run, resolved, cluster);
}

/** What waited for a person in an earlier run of the workflow waits on; gives false when the person skips it. */
async function stillHeld(run: RolloutRun, preflight: Preflight, cluster: string): Promise<boolean> {
  const { status, attention } = run.cluster(cluster);
  if (status !== 'NeedsAttention' || !attention) return true;
  const decision = await run.hold(cluster, attention);
  if (decision === 'skip') run.apply({ type: 'cluster-skipped', cluster, at: Date.now() });
  else await preflight.lookAgain(cluster);
  return decision === 'retry';
}

async function approved(run: RolloutRun, wave: ResolvedWave, waitingFor: string): Promise<void> {
  if (!run.approved.has(wave.name)) {
    run.apply({ type: 'wave', wave: wave.name, status: 'NeedsAttention', waitingFor });
    await condition(() => run.approved.has(wave.name));
  }
  run.apply({ type: 'wave', wave: wave.name, status: 'Running' });
}
