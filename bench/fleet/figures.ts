import { totalOf } from '../processes/cpu-by-program.js';
import type { Figure } from '../report/figure.js';
import { median } from '../report/statistics.js';
import type { RolloutRun } from './by-rollout.js';
import type { ScriptRun } from './by-script.js';
import type { Round } from './compare.js';

/** Returns the wall time of all remotes, rollout divided by script, from scratch and on the unchanged fleet. */
export function wallFigures(rounds: readonly Round[]): Figure[] {
  const of = (pick: (round: Round) => number) => median(rounds.map(pick));
  const ratio = (
    rollout: (round: Round) => RolloutRun,
    script: (round: Round) => ScriptRun,
    limit?: number,
  ) =>
    [
      { what: 'remotes', wall: 'remotesWall' as const, limit },
      { what: 'remotes and primary', wall: 'wall' as const },
    ].flatMap(({ what, wall, limit: atMost }): Figure[] => [
      { what: `  ${what}: script`, value: of((round) => script(round)[wall]), unit: 's' },
      { what: `  ${what}: rollout`, value: of((round) => rollout(round)[wall]), unit: 's' },
      {
        what: `  ${what}: ratio`,
        value: of((round) => rollout(round)[wall] / script(round)[wall]),
        unit: '',
        ...(atMost !== undefined && { limit: atMost }),
      },
    ]);
  const heading = (what: string): Figure => ({ what, value: rounds.length, unit: 'rounds' });
  const apiServers = ({ others }: RolloutRun | ScriptRun) =>
    others.get('kube-apiserver of remotes') ?? Number.NaN;
  const everything = ({ others, remotesCpu }: RolloutRun | ScriptRun) => totalOf(others) + remotesCpu;
  return [
    heading('from scratch'),
    ...ratio(
      ({ rollout }) => rollout.first,
      ({ script }) => script.first,
      0.9,
    ),
    {
      what: '  CPU of the API servers of the remotes: ratio',
      value: of(({ rollout, script }) => apiServers(rollout.first) / apiServers(script.first)),
      unit: '',
      limit: 1,
    },
    {
      what: '  CPU of everything, clusters included: ratio',
      value: of(({ rollout, script }) => everything(rollout.first) / everything(script.first)),
      unit: '',
    },
    heading('again, unchanged'),
    ...ratio(
      ({ rollout }) => rollout.again,
      ({ script }) => script.again,
      0.3,
    ),
    heading('again, unchanged, a new worker'),
    ...ratio(
      ({ rollout }) => rollout.anew,
      ({ script }) => script.again,
    ),
  ];
}

/** Returns the CPU time of the client per remote, including child processes. */
export function cpuFigures(rounds: readonly Round[], remotes: number): Figure[] {
  const of = (pick: (round: Round) => number) => median(rounds.map(pick)) / remotes;
  return [
    { what: 'client CPU of a remote: script', value: of(({ script }) => script.first.remotesCpu), unit: 's' },
    {
      what: 'client CPU of a remote: worker',
      value: of(({ rollout }) => rollout.first.remotesCpu),
      unit: 's',
      limit: 0.15,
    },
    {
      what: 'client CPU of a remote, again: script',
      value: of(({ script }) => script.again.remotesCpu),
      unit: 's',
    },
    {
      what: 'client CPU of a remote, again: worker',
      value: of(({ rollout }) => rollout.again.remotesCpu),
      unit: 's',
    },
  ];
}

/** Returns the longest history of a remote, in events. */
export function historyFigure(run: RolloutRun, limit = 150): Figure {
  const ofRemotes = run.histories.slice(1).map(({ events }) => events);
  return { what: 'events of a remote, the most', value: Math.max(...ofRemotes), unit: '', limit };
}

/** Returns the peak of the worker's resident memory. */
export function memoryFigure({ peakMemory }: RolloutRun, limit = 300): Figure {
  return { what: "worker's memory, peak", value: peakMemory, unit: 'MB', limit };
}

/** Returns the largest payload of all histories of a rollout. */
export function payloadFigure({ ownHistories, histories }: RolloutRun, limitKiB: number): Figure {
  const largest = [...ownHistories, ...histories].map(({ workflowId, largestPayload }) => ({
    workflowId,
    ...largestPayload,
  }));
  const { bytes, where, workflowId } = largest.reduce((one, other) =>
    other.bytes > one.bytes ? other : one,
  );
  return {
    what: `largest payload (${workflowId}, ${where})`,
    value: bytes / 1024,
    unit: 'KiB',
    limit: limitKiB,
  };
}

/** Returns where the CPU seconds of a run went, largest first. */
export function cpuTable(run: ScriptRun | RolloutRun, client: string): Figure[] {
  return [...run.others, [client, run.remotesCpu] as const]
    .filter(([, seconds]) => seconds >= 0.05)
    .sort(([, one], [, other]) => other - one)
    .map(([what, value]) => ({ what, value, unit: 's' }));
}
