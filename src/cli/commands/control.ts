import type { Command } from 'commander';
import type { Controls } from '../../rollout/messages.js';
import { PER_CLUSTER_CODES } from '../../rollout/resolve/acceptance.js';
import type { RolloutView } from '../../temporal/reading/rollout-view.js';
import { UsageError } from '../api-error.js';
import type { CliContext, CommandResult } from '../context.js';
import { ExitCode } from '../exit-code.js';
import { writeLines } from '../terminal.js';
import { addressed, type DecisionOptions, withDecisionOptions, writePending } from './decision-options.js';
import { countOption, writeJson } from './options.js';

interface ControlOptions extends DecisionOptions {
  readonly wave?: string;
  readonly cluster?: readonly string[];
  readonly maxConcurrency?: number;
  readonly maxFailures?: number;
}

/**
 * Adds the commands that control a whole rollout: `pause`, `resume`, `abort`, `approve`, `accept` and `set`.
 */
export function addControlCommands(
  program: Command,
  context: CliContext,
  run: (result: CommandResult) => Promise<void>,
): void {
  const add = (name: keyof Controls, description: string) =>
    withDecisionOptions(program.command(name).description(description));
  const plain = { pause: 'Paused', resume: 'Resumed', abort: 'Aborting' } as const;
  const descriptions = {
    pause: 'start no further clusters until resume',
    resume: 'continue after a pause',
    abort: 'end the rollout and the work on every cluster',
  };
  for (const name of ['pause', 'resume', 'abort'] as const) {
    add(name, descriptions[name]).action((mesh: string, options: ControlOptions) =>
      run(control(context, mesh, name, {}, plain[name], options)),
    );
  }
  add('approve', 'approve the wave that is waiting')
    .option('--wave <name>', 'the wave to approve (default: the one that is waiting)')
    .action((mesh: string, options: ControlOptions) => run(approve(context, mesh, options)));
  add('accept', 'accept findings and continue')
    .argument('<code...>', 'codes of the findings')
    .option('--cluster <name>', 'only for this cluster; may be repeated', collect)
    .action((mesh: string, codes: string[], options: ControlOptions) =>
      run(accept(context, mesh, codes, options)),
    );
  add('set', 'change the strategy while the rollout runs')
    .option('--max-concurrency <n>', 'remotes to work on at the same time', countOption(1000))
    .option(
      '--max-failures <n>',
      'remotes that may wait for a person while others start',
      countOption(1000, 0),
    )
    .action((mesh: string, options: ControlOptions) => {
      const { maxConcurrency, maxFailures } = options;
      const input = {
        ...(maxConcurrency !== undefined && { maxConcurrency }),
        ...(maxFailures !== undefined && { maxFailures }),
      };
      return run(control(context, mesh, 'set', input, 'Changed', options));
    });
}

async function approve(context: CliContext, mesh: string, options: ControlOptions): CommandResult {
  if (options.wave !== undefined)
    return control(context, mesh, 'approve', { wave: options.wave }, 'Approved', options);
  const view = await context.client(options.api).get(mesh);
  const wave = waitingWave(view);
  return control(context, mesh, 'approve', { wave }, 'Approved', { rollout: view.rolloutId, ...options });
}

/**
 * Returns the wave that is waiting now. The decision names it, so that it never approves the next wave by
 * mistake.
 */
function waitingWave({ mesh, waves, worker }: RolloutView): string {
  const waiting = waves.find(({ status }) => status === 'NeedsAttention');
  if (waiting) return waiting.name;
  throw worker === 'answers'
    ? new UsageError(
        `No wave of the rollout of mesh ${mesh} waits for approval.`,
        'Name one with --wave to approve it in advance.',
      )
    : new UsageError(
        'No worker answers, so it is unknown which wave waits for approval.',
        'Name it with --wave.',
      );
}

async function accept(
  context: CliContext,
  mesh: string,
  codes: readonly string[],
  options: ControlOptions,
): CommandResult {
  const { cluster: clusters } = options;
  const perCluster = codes.find((code) => PER_CLUSTER_CODES.includes(code));
  if (clusters === undefined && perCluster !== undefined) {
    throw new UsageError(
      `${perCluster} can only be accepted for named clusters.`,
      'Add --cluster <name> for each cluster.',
    );
  }
  const input = { codes, ...(clusters !== undefined && { clusters }) };
  return control(context, mesh, 'accept', input, 'Accepted', options);
}

function collect(name: string, before: readonly string[] = []): readonly string[] {
  return [...before, name];
}

async function control<Name extends keyof Controls>(
  context: CliContext,
  mesh: string,
  name: Name,
  input: Omit<Controls[Name], 'by' | 'via' | 'reason' | 'rolloutId'>,
  done: string,
  options: DecisionOptions,
): CommandResult {
  const client = context.client(options.api);
  const common = await addressed(client, mesh, options);
  const { state } = await client.control(mesh, name, { ...common, ...input } as Controls[Name]);
  if (state === 'pending') return writePending(context, mesh, name, options);
  if (options.output === 'json') writeJson(context, { mesh, action: name });
  else writeLines(context.out, [`${done}: the rollout of mesh ${mesh}`]);
  return ExitCode.done;
}
