import type { ToolPaths } from '../lab/tools/tool-names.js';
import { inFreshLab } from './fleet/bench-lab.js';
import { attachByRollout, type RolloutRun } from './fleet/by-rollout.js';
import { compare, type Round } from './fleet/compare.js';
import {
  cpuFigures,
  cpuTable,
  historyFigure,
  memoryFigure,
  payloadFigure,
  wallFigures,
} from './fleet/figures.js';
import { growthFigures, LARGE_FLEET, replayedFigures } from './many/figures.js';
import { record } from './many/record.js';
import { rollOutReplayed } from './many/replayed-fleet.js';
import { profiled } from './profile/worker-profile.js';
import type { Figure } from './report/figure.js';
import { bareRollouts } from './temporal/bare.js';
import { decisionsAbout } from './temporal/decisions.js';

/** The options of a benchmark. */
export interface BenchOptions {
  readonly tools: ToolPaths;
  /** Path of kubectl, for the script; undefined when it is not on PATH. */
  readonly kubectl: string | undefined;
  readonly rounds: number;
  /** The number of remotes; undefined: the number that the benchmark's limits are for. */
  readonly remotes: number | undefined;
  readonly say: (line: string) => void;
  /** CPU seconds of the script per remote, as measured by `fleet` or `cpu`; undefined: no comparison. */
  readonly scriptCpu: number | undefined;
  /** Folder for the profile of the worker. */
  readonly profile: string | undefined;
}

const FLEET = 8;

/** The benchmarks by name; each returns its figures. */
export const BENCHMARKS: Readonly<Record<string, (options: BenchOptions) => Promise<Figure[]>>> = {
  fleet: async (options) => {
    const rounds = await compared(options, options.rounds);
    const { script, rollout } = rounds.at(-1) as Round;
    return [
      ...wallFigures(rounds),
      ...cpuFigures(rounds, options.remotes ?? FLEET),
      historyFigure(rollout.first),
      memoryFigure(rollout.again),
      ...spent('script', cpuTable(script.first, 'script (remotes)')),
      ...spent('rollout', cpuTable(rollout.first, 'worker (remotes)')),
      ...spent('rollout again', cpuTable(rollout.again, 'worker (remotes)')),
    ];
  },
  cpu: async (options) => cpuFigures(await compared(options, 1), options.remotes ?? FLEET),
  history: async (options) => [historyFigure((await rolledOut(options)).first)],
  payload: async ({ tools, remotes = 300, say, profile }) =>
    inFreshLab(tools, { remotes: 0, temporal: true }, async (lab) => {
      const recorded = await record(lab, tools);
      say('recorded one remote');
      const { rollout } = await rollOutReplayed(lab, tools, recorded, remotes, profiled(profile));
      return [payloadFigure(rollout, 32), historyFigure(rollout)];
    }),
  many: async (options) => {
    const { tools, say, scriptCpu, remotes: many = LARGE_FLEET } = options;
    const few = Math.min(100, many);
    return inFreshLab(tools, { remotes: 0, temporal: true }, async (lab) => {
      const recorded = await record(lab, tools);
      say(`recorded one remote: ${recorded.requests} requests`);
      const small = await rollOutReplayed(lab, tools, recorded, few);
      say(`${few} remotes: ${small.rollout.wall.toFixed(1)} s`);
      const large = await rollOutReplayed(lab, tools, recorded, many, profiled(options.profile));
      return [
        ...replayedFigures(small, few, scriptCpu),
        ...replayedFigures(large, many, scriptCpu),
        ...growthFigures(small, few, large, many),
        payloadFigure(large.rollout, 256),
        historyFigure(large.rollout),
      ];
    });
  },
  bare: async ({ tools, remotes = FLEET }) =>
    inFreshLab(tools, { remotes: 0, temporal: true }, (lab) => bareRollouts(lab.temporal.address, remotes)),
  decisions: async ({ tools, remotes = 500 }) =>
    inFreshLab(tools, { remotes: 0, temporal: true }, (lab) => decisionsAbout(lab, tools, remotes)),
  memory: async (options) => [memoryFigure((await rolledOut(options)).again)],
};

function compared(options: BenchOptions, rounds: number): Promise<Round[]> {
  const { kubectl, tools, say, remotes = FLEET } = options;
  if (kubectl === undefined)
    throw new Error('the script needs kubectl: put it on PATH, or pass its path with --kubectl');
  return compare(tools, { kubectl, remotes, rounds, say });
}

function rolledOut({
  tools,
  remotes = FLEET,
  profile,
}: BenchOptions): Promise<{ first: RolloutRun; again: RolloutRun }> {
  return inFreshLab(tools, { remotes, temporal: true }, (lab) =>
    attachByRollout(lab, tools, profiled(profile)),
  );
}

function spent(of: string, figures: Figure[]): Figure[] {
  return figures.map((figure) => ({ ...figure, what: `CPU of the last ${of}: ${figure.what}` }));
}
