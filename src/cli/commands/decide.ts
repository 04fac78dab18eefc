import type { Command } from 'commander';
import { UsageError } from '../api-error.js';
import type { CliContext, CommandResult } from '../context.js';
import { ExitCode } from '../exit-code.js';
import { writeLines } from '../terminal.js';
import { addressed, type DecisionOptions, withDecisionOptions, writePending } from './decision-options.js';
import { writeJson } from './options.js';

interface ClusterOptions extends DecisionOptions {
  readonly cluster?: string;
  readonly code?: string;
}

const ACTIONS = {
  retry: {
    description: 'retry clusters that wait for a person: either --cluster or --code',
    done: 'Retrying',
  },
  skip: {
    description: 'skip remotes: one at any time with --cluster, or all that wait with --code',
    done: 'Skipped',
  },
} as const;

/** Adds `retry` and `skip`, the decisions about clusters that wait for a person. */
export function addDecisionCommands(
  program: Command,
  context: CliContext,
  run: (result: CommandResult) => Promise<void>,
): void {
  for (const action of ['retry', 'skip'] as const) {
    const command = program.command(action).description(ACTIONS[action].description);
    withDecisionOptions(command)
      .option('--cluster <name>', 'this cluster')
      .option('--code <code>', 'every cluster that waits with this code')
      .action((mesh: string, options: ClusterOptions) => run(decide(context, mesh, action, options)));
  }
}

async function decide(
  context: CliContext,
  mesh: string,
  action: 'retry' | 'skip',
  options: ClusterOptions,
): CommandResult {
  const { cluster, code } = options;
  if ((cluster === undefined) === (code === undefined)) {
    throw new UsageError(`${action} needs either --cluster or --code.`, `See mesh-rollout status ${mesh}.`);
  }
  const client = context.client(options.api);
  const decided = await client.decide(mesh, action, {
    ...(await addressed(client, mesh, options)),
    ...(cluster !== undefined && { cluster }),
    ...(code !== undefined && { code }),
  });
  if (decided.state === 'pending') return writePending(context, mesh, action, options);
  const { result } = decided;
  if (options.output === 'json') writeJson(context, result);
  else {
    const what = result.clusters.length === 0 ? `the rollout of mesh ${mesh}` : result.clusters.join(', ');
    writeLines(context.out, [`${ACTIONS[action].done}: ${what}`]);
  }
  return ExitCode.done;
}
