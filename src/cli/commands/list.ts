import type { Command } from 'commander';
import type { CliContext, CommandResult } from '../context.js';
import { ExitCode } from '../exit-code.js';
import { renderList } from '../render/rollout-list.js';
import { writeLines } from '../terminal.js';
import { type CommonOptions, countOption, frameOf, withApiOptions, writeJson } from './options.js';

/** Adds `list`, which lists the rollouts. */
export function addListCommand(
  program: Command,
  context: CliContext,
  run: (result: CommandResult) => Promise<void>,
): void {
  const command = program.command('list').description('list the rollouts, newest first');
  withApiOptions(command, 'json')
    .option('--limit <count>', 'how many at most', countOption(500), 50)
    .action((options: CommonOptions & { limit: number }) => run(list(context, options)));
}

async function list(context: CliContext, options: CommonOptions & { limit: number }): CommandResult {
  const rollouts = await context.client(options.api).list(options.limit);
  if (options.output === 'json') writeJson(context, { rollouts });
  else writeLines(context.out, renderList(rollouts, frameOf(context)));
  return ExitCode.done;
}
