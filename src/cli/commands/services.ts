import type { Command } from 'commander';
import type { CliContext, CommandResult } from '../context.js';
import { ExitCode } from '../exit-code.js';

const SETTINGS = `
Settings are environment variables, TEMPORAL_ADDRESS and MESH_ROLLOUT_INVENTORY first of all; docs/operating.md has them
all. Runs until SIGINT or SIGTERM, and logs JSON lines to standard output.`;

/** `worker` and `serve`: the services, each until it is told to stop. What they need is in the environment. */
export function addServiceCommands(
  program: Command,
  { services }: CliContext,
  run: (result: CommandResult) => Promise<void>,
): void {
  const whenStopped = (service: Promise<void>): CommandResult => service.then(() => ExitCode.done);
  program
    .command('worker')
    .description('run a worker, which does the work of rollouts')
    .addHelpText('after', SETTINGS)
    .action(() => run(whenStopped(services.worker())));
  program
    .command('serve')
    .description('run the API server')
    .addHelpText('after', SETTINGS)
    .action(() => run(whenStopped(services.serve())));
}
