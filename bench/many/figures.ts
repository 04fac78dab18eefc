import type { Figure } from '../report/figure.js';
import type { ReplayedRun } from './replayed-fleet.js';

/** The number of cores of the machine that the limits are for. */
const CORES = 2;

/** The size of the fleet that the limits are for. */
export const LARGE_FLEET = 1_000;

/** Returns how long the script's own CPU time would take for this many remotes without any waiting, in seconds. */
export function scriptFloor(remotes: number, scriptCpu: number): number {
  return (remotes * scriptCpu) / CORES;
}

/** Returns the costs of a rollout over stand-ins, next to the script's minimum if its CPU per remote is known. */
export function replayedFigures(
  { rollout, standInCpu, replay, counts }: ReplayedRun,
  remotes: number,
  scriptCpu: number | undefined,
): Figure[] {
  const each = (what: string, value: number, unit: string): Figure => ({ what: `  ${what}`, value, unit });
  const wall = { what: `${remotes} remotes: wall`, value: rollout.wall, unit: 's' };
  return [
    remotes === LARGE_FLEET ? { ...wall, limit: 200 } : wall,
    ...(scriptCpu === undefined
      ? []
      : [each("script's CPU alone, on 2 cores", scriptFloor(remotes, scriptCpu), 's')]),
    each('wall of each', rollout.wall / remotes, 's'),
    each('CPU of each: worker', rollout.remotesCpu / remotes, 's'),
    each('CPU of each: stand-ins', standInCpu / remotes, 's'),
    ...[...rollout.others]
      .filter(([, seconds]) => seconds / remotes >= 0.002)
      .map(([program, seconds]) => each(`CPU of each: ${program}`, seconds / remotes, 's')),
    {
      ...each("worker's requests to each API server", (counts.requests - counts.byIstiod) / remotes, ''),
      limit: 80,
    },
    each("istiod's requests to each API server", counts.byIstiod / remotes, ''),
    each(
      'requests that were not recorded',
      counts.unknown.reduce((sum, [, n]) => sum + n, 0),
      '',
    ),
    { ...each("worker's memory, peak", rollout.peakMemory, 'MB'), limit: 400 },
    each('runs of the rollout', rollout.ownHistories.length, ''),
    { ...each('events of its longest run', replay.events, ''), limit: 1_500 },
    { ...each('replay of its longest run', replay.seconds, 's'), limit: 1 },
  ];
}

/** Returns how much more a large fleet costs than a small one. */
export function growthFigures(small: ReplayedRun, few: number, large: ReplayedRun, many: number): Figure[] {
  return [
    {
      what: `wall of a remote among ${many}, as a part of that among ${few}`,
      value: large.rollout.wall / many / (small.rollout.wall / few),
      unit: '',
      limit: 1.1,
    },
    {
      what: `worker's memory with ${many}, as a part of that with ${few}`,
      value: large.rollout.peakMemory / small.rollout.peakMemory,
      unit: '',
      limit: 1.15,
    },
  ];
}
