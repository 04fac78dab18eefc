import type { ToolPaths } from '../../lab/tools/tool-names.js';
import { inFreshLab } from './bench-lab.js';
import { attachByRollout, type RolloutRun } from './by-rollout.js';
import { attachByScript, type ScriptRun } from './by-script.js';

/** The results of one round: the script on one fleet, and the rollout on another. */
export interface Round {
  readonly script: { readonly first: ScriptRun; readonly again: ScriptRun };
  readonly rollout: { readonly first: RolloutRun; readonly again: RolloutRun; readonly anew: RolloutRun };
}

/**
 * Runs rounds of script and rollout in sequence, each on a fresh fleet. Every second round reverses the order, so
 * that a machine that warms up or slows down favours neither.
 */
export async function compare(
  tools: ToolPaths,
  options: {
    readonly kubectl: string;
    readonly remotes: number;
    readonly rounds: number;
    readonly say: (line: string) => void;
  },
): Promise<Round[]> {
  const { kubectl, remotes, say } = options;
  const byScript = async () => {
    const run = await inFreshLab(tools, { remotes, temporal: false }, (lab) =>
      attachByScript(lab, { istioctl: tools.istioctl, kubectl }),
    );
    say(`script: ${seconds(run.first)}, again ${seconds(run.again)}`);
    return run;
  };
  const byRollout = async () => {
    const run = await inFreshLab(tools, { remotes, temporal: true }, (lab) => attachByRollout(lab, tools));
    say(
      `rollout: ${seconds(run.first)}, again ${seconds(run.again)}, with a new worker ${seconds(run.anew)}`,
    );
    // A stall of seconds would otherwise look like slow work.
    for (const { ownHistories, histories } of [run.first, run.again, run.anew]) {
      for (const { workflowId, retries } of [...ownHistories, ...histories])
        for (const why of retries) say(`${workflowId}: ${why}`);
    }
    return run;
  };
  const rounds: Round[] = [];
  for (let i = 0; i < options.rounds; i++) {
    say(`round ${i + 1} of ${options.rounds}`);
    if (i % 2 === 0) {
      const script = await byScript();
      rounds.push({ script, rollout: await byRollout() });
    } else {
      const rollout = await byRollout();
      rounds.push({ rollout, script: await byScript() });
    }
  }
  return rounds;
}

function seconds({ wall, remotesWall, remotesCpu }: ScriptRun | RolloutRun): string {
  return `${wall.toFixed(1)} s (remotes ${remotesWall.toFixed(1)} s, client CPU ${remotesCpu.toFixed(2)} s)`;
}
