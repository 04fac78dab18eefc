import type { Figure } from '../report/figure.js';
import type { ReplayedRun } from './replayed-fleet.js';

/** Cores of the machine that the limit is about. */
const CORES = 2;

/** How long the script's own CPU time would take for so many remotes if nothing else kept it waiting, in seconds. */
export function scriptFloor(remotes: number, scriptCpu: number): number {
  return (remotes * scriptCpu) / CORES;
}

/** What a rollout over stand-ins took, beside the script's floor. */
export function replayedFigures(run: ReplayedRun, remotes: number, scriptCpu: number): Figure[] {
  const { rollout, standInCpu, counts } = run;
  const name = `${remotes} remotes`;
  const floor = scriptFloor(remotes, scriptCpu);
  const each = (what: string, value: number, unit: string): Figure => ({ what: `  ${what}`, value, unit });
  return [
    { what: `${name}: wall`, value: rollout.wall, unit: 's' },
    each("script's CPU alone, on 2 cores", floor, 's'),
    { what: "  wall as a part of the script's CPU", value: rollout.wall / floor, unit: '', limit: 0.2 },
    each('wall of each', rollout.wall / remotes, 's'),
    each('CPU of each: worker', rollout.remotesCpu / remotes, 's'),
    each('CPU of each: stand-ins', standInCpu / remotes, 's'),
    ...[...rollout.others]
      .filter(([, seconds]) => seconds / remotes >= 0.002)
      .map(([program, seconds]) => each(`CPU of each: ${program}`, seconds / remotes, 's')),
    each('requests of each to its API server', counts.requests / remotes, ''),
    each(
      'requests that were not recorded',
      counts.unknown.reduce((sum, [, n]) => sum + n, 0),
      '',
    ),
    { what: "  worker's memory, peak", value: rollout.peakMemory, unit: 'MB' },
    each('events of the rollout', rollout.histories[0]?.events ?? Number.NaN, ''),
  ];
}

/** How much more a remote costs in a larger fleet. */
export function growthFigure(small: ReplayedRun, few: number, large: ReplayedRun, many: number): Figure {
  return {
    what: `wall of a remote among ${many}, as a part of that among ${few}`,
    value: large.rollout.wall / many / (small.rollout.wall / few),
    unit: '',
    limit: 1.1,
  };
}
