import type { Command } from 'commander';
import type { CliContext, CommandResult } from '../context.js';
import { ExitCode } from '../exit-code.js';

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
    .action(() => run(whenStopped(services.worker())));
  program
    .command('serve')
    .description('run the API server')
    .action(() => run(whenStopped(services.serve())));
}
