import type { Command } from 'commander';
import { UsageError } from '../api-error.js';
import type { CliContext, CommandResult } from '../context.js';
import { ExitCode } from '../exit-code.js';
import { writeLines } from '../terminal.js';
import { type CommonOptions, withApiOptions, writeJson } from './options.js';

interface DecisionOptions extends CommonOptions {
  readonly cluster?: string;
  readonly code?: string;
  readonly reason?: string;
}

const ACTIONS = {
  retry: {
    description: 'try clusters again that wait for a person: either --cluster or --code',
    done: 'Trying again',
  },
  skip: {
    description: 'leave clusters out that wait for a person: either --cluster or --code',
    done: 'Left out',
  },
} as const;

/** `retry` and `skip`: what a person decides about clusters that wait. */
export function addDecisionCommands(
  program: Command,
  context: CliContext,
  run: (result: CommandResult) => Promise<void>,
): void {
  for (const action of ['retry', 'skip'] as const) {
    const command = program.command(action).description(ACTIONS[action].description);
    withApiOptions(command.argument('<mesh>', 'name of the mesh'), 'json')
      .option('--cluster <name>', 'this cluster')
      .option('--code <code>', 'every cluster that waits with this code')
      .option('--reason <text>', 'why; stands in the audit of the rollout')
      .action((mesh: string, options: DecisionOptions) => run(decide(context, mesh, action, options)));
  }
}

async function decide(
  context: CliContext,
  mesh: string,
  action: 'retry' | 'skip',
  options: DecisionOptions,
): CommandResult {
  const { cluster, code, reason } = options;
  if ((cluster === undefined) === (code === undefined)) {
    throw new UsageError(`${action} needs either --cluster or --code.`, `See mesh-rollout status ${mesh}.`);
  }
  const result = await context.client(options.api).decide(mesh, action, {
    ...(cluster !== undefined && { cluster }),
    ...(code !== undefined && { code }),
    ...(reason !== undefined && { reason }),
  });
  if (options.output === 'json') writeJson(context, result);
  else {
    const what = result.clusters.length === 0 ? `the rollout of mesh ${mesh}` : result.clusters.join(', ');
    writeLines(context.out, [`${ACTIONS[action].done}: ${what}`]);
  }
  return ExitCode.done;
}
