import type { Command } from 'commander';
import { isOver } from '../../rollout/progress/rollout-progress.js';
import type { CliContext, CommandResult } from '../context.js';
import { ExitCode } from '../exit-code.js';
import { renderProgress } from '../render/progress.js';
import { renderResult } from '../render/result.js';
import { writeLines } from '../terminal.js';
import { type CommonOptions, frameOf, withApiOptions, writeJson } from './options.js';

/** Adds `status`, which shows a rollout once. It exits with 0 whatever the state of the rollout is. */
export function addStatusCommand(
  program: Command,
  context: CliContext,
  run: (result: CommandResult) => Promise<void>,
): void {
  const command = program.command('status').description('show the running or most recent rollout of a mesh');
  withApiOptions(command.argument('<mesh>', 'name of the mesh'), 'json').action(
    (mesh: string, options: CommonOptions) => run(status(context, mesh, options)),
  );
}

async function status(context: CliContext, mesh: string, options: CommonOptions): CommandResult {
  const view = await context.client(options.api).get(mesh);
  if (options.output === 'json') writeJson(context, view);
  else {
    const render = isOver(view.status) ? renderResult : renderProgress;
    writeLines(context.out, render(view, frameOf(context)));
  }
  return ExitCode.done;
}
