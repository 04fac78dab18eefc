import type { Command } from 'commander';
import type { Controls } from '../../rollout/messages.js';
import type { CliContext, CommandResult } from '../context.js';
import { ExitCode } from '../exit-code.js';
import { writeLines } from '../terminal.js';
import { type CommonOptions, countOption, withApiOptions, writeJson } from './options.js';

interface ControlOptions extends CommonOptions {
  readonly reason?: string;
  readonly wave?: string;
  readonly maxConcurrency?: number;
  readonly maxFailures?: number;
}

/** `pause`, `resume`, `abort`, `approve`, `accept` and `set`: what steers a rollout as a whole. */
export function addControlCommands(
  program: Command,
  context: CliContext,
  run: (result: CommandResult) => Promise<void>,
): void {
  const add = (name: keyof Controls, description: string) =>
    withApiOptions(
      program.command(name).description(description).argument('<mesh>', 'name of the mesh'),
      'json',
    ).option('--reason <text>', 'why; stands in the audit of the rollout');
  const plain = { pause: 'Paused', resume: 'Going on', abort: 'Aborting' } as const;
  const descriptions = {
    pause: 'start nothing more until resume',
    resume: 'go on after a pause',
    abort: 'end the rollout and the work on every cluster',
  };
  for (const name of ['pause', 'resume', 'abort'] as const) {
    add(name, descriptions[name]).action((mesh: string, options: ControlOptions) =>
      run(control(context, mesh, name, reasonOf(options), plain[name], options)),
    );
  }
  add('approve', 'let the wave go on that waits for approval')
    .option('--wave <name>', 'this wave')
    .action((mesh: string, options: ControlOptions) => {
      const input = { ...reasonOf(options), ...(options.wave !== undefined && { wave: options.wave }) };
      return run(control(context, mesh, 'approve', input, 'Approved', options));
    });
  add('accept', 'take findings on and go on')
    .argument('<code...>', 'codes of findings')
    .action((mesh: string, codes: string[], options: ControlOptions) =>
      run(control(context, mesh, 'accept', { ...reasonOf(options), codes }, 'Accepted', options)),
    );
  add('set', 'change the strategy while the rollout runs')
    .option('--max-concurrency <n>', 'remotes at once', countOption(1000))
    .option(
      '--max-failures <n>',
      'remotes that may wait for a person while others start',
      countOption(1000, 0),
    )
    .action((mesh: string, options: ControlOptions) => {
      const { maxConcurrency, maxFailures } = options;
      const input = {
        ...reasonOf(options),
        ...(maxConcurrency !== undefined && { maxConcurrency }),
        ...(maxFailures !== undefined && { maxFailures }),
      };
      return run(control(context, mesh, 'set', input, 'Changed', options));
    });
}

function reasonOf({ reason }: ControlOptions): { reason?: string } {
  return reason === undefined ? {} : { reason };
}

async function control<Name extends keyof Controls>(
  context: CliContext,
  mesh: string,
  name: Name,
  input: Omit<Controls[Name], 'by'>,
  done: string,
  options: ControlOptions,
): CommandResult {
  await context.client(options.api).control(mesh, name, input);
  if (options.output === 'json') writeJson(context, { mesh, action: name });
  else writeLines(context.out, [`${done}: the rollout of mesh ${mesh}`]);
  return ExitCode.done;
}
