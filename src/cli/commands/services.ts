import type { Command } from 'commander';
import type { CliContext, CommandResult } from '../context.js';
import { ExitCode } from '../exit-code.js';

const SETTINGS = `
Settings are environment variables. The most important are TEMPORAL_ADDRESS and MESH_ROLLOUT_INVENTORY; docs/operating.md
lists them all. Runs until SIGINT or SIGTERM, and logs JSON lines to standard output.`;

/**
 * Adds the services `worker` and `serve`. Each runs until it is stopped, and is configured by the
 * environment.
 */
export function addServiceCommands(
  program: Command,
  { services }: CliContext,
  run: (result: CommandResult) => Promise<void>,
): void {
  const whenStopped = (service: Promise<void>): CommandResult => service.then(() => ExitCode.done);
  program
    .command('worker')
    .description('run a worker, which carries out rollouts')
    .addHelpText('after', SETTINGS)
    .action(() => run(whenStopped(services.worker())));
  program
    .command('serve')
    .description('run the API server')
    .addHelpText('after', SETTINGS)
    .action(() => run(whenStopped(services.serve())));
}
