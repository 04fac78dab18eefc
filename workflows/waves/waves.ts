import { condition, sleep } from '@temporalio/workflow';
import type { ResolvedRollout, ResolvedWave } from '../../src/rollout/resolve/resolved.js';
import type { Preflight } from '../rollout/preflight.js';
import { heldUntilProven, proveAgain } from '../rollout/prove-again.js';
import type { RolloutRun } from '../rollout/rollout-run.js';
import { rolloutRemote } from './clusters.js';

/**
 * Rolls out wave after wave. A wave has finished when each of its remotes has finished or waits for a person. Waiting
 * remotes do not delay the next wave unless they exceed the failure budget. Returns when every remote has finished.
 */
export async function rolloutWaves(
  run: RolloutRun,
  resolved: ResolvedRollout,
  preflight: Preflight,
): Promise<void> {
  const work: Promise<void>[] = [];
  for (const wave of resolved.waves) {
    // An earlier run of the workflow finished it.
    if (run.wave(wave.name).status === 'Succeeded') continue;
    if (wave.approval === 'before') await approved(run, wave, 'approval before it starts');
    run.apply({ type: 'wave', wave: wave.name, status: 'Running' });
    const remotes = Promise.all(wave.clusters.map((cluster) => oneRemote(run, resolved, preflight, cluster)));
    const gate = afterWave(run, resolved, wave, work);
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
 * Returns when the next wave may start. The number of remotes in this wave that wait for a person must not exceed the
 * failure budget, whatever they wait for: a wave in which nothing was attached proves nothing. After minSuccessTime
 * its remotes are proven once more, and the budget is checked again.
 *
 * @param work receives the remaining work on remotes that are not proven then
 */
async function afterWave(
  run: RolloutRun,
  resolved: ResolvedRollout,
  wave: ResolvedWave,
  work: Promise<void>[],
): Promise<void> {
  await settled(run, wave);
  if (wave.minSuccessTimeMs > 0) {
    const settledAt = run.wave(wave.name).settledAt ?? Date.now();
    const waitingFor = 'its minSuccessTime';
    run.apply({ type: 'wave', wave: wave.name, status: 'Running', waitingFor, settledAt });
    const left = settledAt + wave.minSuccessTimeMs - Date.now();
    if (left > 0) await sleep(left, { summary: `wave ${wave.name} · minSuccessTime` });
    for (const failure of await proveAgain(run, resolved, wave.clusters))
      work.push(heldUntilProven(run, resolved, failure));
    run.apply({ type: 'wave', wave: wave.name, status: 'Running' });
    await settled(run, wave);
  }
  if (wave.approval === 'after') await approved(run, wave, 'approval before the next wave');
}

/** Waits until no remote of the wave is running, and the number that waits for a person is within the budget. */
async function settled(run: RolloutRun, { name }: ResolvedWave): Promise<void> {
  await condition(() => run.waves.isSettled(name) && run.waves.parked(name) <= run.maxFailures);
}

async function oneRemote(
  run: RolloutRun,
  resolved: ResolvedRollout,
  preflight: Preflight,
  cluster: string,
): Promise<void> {
  if (!run.children.has(cluster)) {
    await decidedSinceTheLastRun(run, preflight, cluster);
    for (;;) {
      if (!(await preflight.admit(cluster))) return;
      await run.places.take(cluster, 'start');
      if (run.isOver(cluster)) return;
      // It may have waited for days for an approval, the end of a pause, or the failure budget.
      if (preflight.isFresh(cluster)) break;
      run.places.leave(cluster);
    }
  }
  await rolloutRemote(run, resolved, cluster);
}

/**
 * Waits again for a person's decision if the cluster waited for one in an earlier run of the workflow, before it is
 * checked again.
 */
async function decidedSinceTheLastRun(run: RolloutRun, preflight: Preflight, cluster: string): Promise<void> {
  const { status, attention } = run.cluster(cluster);
  if (status !== 'NeedsAttention' || !attention) return;
  if ((await run.hold(cluster, attention)) === 'skip')
    return run.apply({ type: 'cluster-skipped', cluster, at: Date.now() });
  run.apply({ type: 'cluster-waits', cluster });
  preflight.forget(cluster);
}

async function approved(run: RolloutRun, wave: ResolvedWave, waitingFor: string): Promise<void> {
  if (!run.approved.has(wave.name)) {
    run.apply({ type: 'wave', wave: wave.name, status: 'NeedsAttention', waitingFor });
    await condition(() => run.approved.has(wave.name));
  }
  run.apply({ type: 'wave', wave: wave.name, status: 'Running' });
}
