import { Command, CommanderError } from 'commander';
import { packageVersion } from '../base/package-version.js';
import { addControlCommands } from './commands/control.js';
import { addDecisionCommands } from './commands/decide.js';
import { addInventoryCommand } from './commands/inventory.js';
import { addLabCommands } from './commands/lab.js';
import { addListCommand } from './commands/list.js';
import { addPermissionsCommand } from './commands/permissions.js';
import { addPlanCommand } from './commands/plan.js';
import { addServiceCommands } from './commands/services.js';
import { addStartCommand } from './commands/start.js';
import { addStatusCommand } from './commands/status.js';
import { addWatchCommand } from './commands/watch.js';
import type { CliContext, CommandResult } from './context.js';
import { ExitCode } from './exit-code.js';
import { writeError } from './render/error.js';

const EXIT_CODES = `
Exit codes of start --watch and watch:
  0  every cluster is attached
  1  error
  3  the rollout has finished, and clusters were skipped or it was aborted
  4  the rollout waits for a person
  5  the watch has ended, the rollout continues
Exit codes of plan:
  0  a rollout would change nothing
  1  error, or a rollout would be held: a finding blocks, or a cluster would wait for a person
  2  a rollout would change something
Other commands exit with 0 on success and with 1 otherwise.

Set MESH_ROLLOUT_API to the URL of the API and MESH_ROLLOUT_TOKEN to its bearer token.`;

/**
 * Runs one command line.
 * @param args the arguments, without the name of the program
 * @returns the exit code; every error has been reported on standard error by then
 */
export async function runCli(args: readonly string[], context: CliContext): Promise<number> {
  let exitCode: number = ExitCode.done;
  let output: 'text' | 'json' = 'text';
  const program = buildProgram(context, async (result) => {
    exitCode = await result;
  });
  program.version(await packageVersion());
  program.hook('preAction', (_program, command) => {
    output = command.opts<{ output?: 'text' | 'json' }>().output ?? 'text';
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
  } catch (error) {
    // Commander has already written its message.
    if (error instanceof CommanderError) return error.exitCode;
    writeError(context, error, output);
    return ExitCode.error;
  }
  return exitCode;
}

function buildProgram(context: CliContext, run: (result: CommandResult) => Promise<void>): Command {
  const program = new Command('mesh-rollout')
    .description('Attaches many Kubernetes clusters to one shared Istio control plane.')
    .addHelpText('after', EXIT_CODES)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.out.write(text),
      writeErr: (text) => context.err.write(text),
      getOutHelpWidth: () => Math.min(context.out.size().columns, 100),
      getErrHelpWidth: () => Math.min(context.err.size().columns, 100),
    })
    .showSuggestionAfterError();
  addPlanCommand(program, context, run);
  addStartCommand(program, context, run);
  addListCommand(program, context, run);
  addStatusCommand(program, context, run);
  addWatchCommand(program, context, run);
  addDecisionCommands(program, context, run);
  addControlCommands(program, context, run);
  addInventoryCommand(program, context, run);
  addPermissionsCommand(program, context, run);
  addServiceCommands(program, context, run);
  addLabCommands(program, context, run);
  return program;
}
