import { type Command, Option } from 'commander';
import { DEFAULT_RELEASE, installers, releases, type ToolSelection } from '../../../lab/tools/releases.js';
import type { CliContext, CommandResult } from '../context.js';
import { ExitCode } from '../exit-code.js';
import { countOption } from './options.js';

interface LabOptions {
  readonly directory?: string;
}

/** `lab`: real clusters, Istio and Temporal on this machine. */
export function addLabCommands(
  program: Command,
  { lab }: CliContext,
  run: (result: CommandResult) => Promise<void>,
): void {
  const whenDone = (work: Promise<void>): CommandResult => work.then(() => ExitCode.done);
  const group = program.command('lab').description('real clusters, Istio and Temporal on this machine');
  const add = (name: string, description: string) =>
    group.command(name).description(description).option('--directory <path>', 'state directory of the lab');

  const select = (command: Command) =>
    command
      .addOption(
        new Option('--release <release>', 'release of Istio').choices(releases).default(DEFAULT_RELEASE),
      )
      .addOption(new Option('--installer <installer>', 'what Istio is installed with').choices(installers));

  select(add('up', 'start a lab; it runs until Ctrl-C'))
    .option('--remotes <count>', 'how many remote clusters', countOption(20), 2)
    .option('--detach', 'come back when it is ready, and let it run on')
    .action((options: LabOptions & ToolSelection & { remotes: number; detach?: boolean }) =>
      run(whenDone(lab.up(options))),
    );
  add('status', 'show where everything of the lab is')
    .addOption(outputOption())
    .action((options: LabOptions & { output: 'text' | 'json' }) =>
      run(lab.status(options).then((lives) => (lives ? ExitCode.done : ExitCode.error))),
    );
  add('down', 'end the lab').action((options: LabOptions) => run(whenDone(lab.down(options))));
  select(group.command('tools'))
    .description('find or build the programs of the lab, and print their paths')
    .option('--all', 'those of every release and installer')
    .addOption(outputOption())
    .action((options: ToolSelection & { output: 'text' | 'json' }) => run(whenDone(lab.tools(options))));
}

function outputOption(): Option {
  return new Option('-o, --output <format>', 'text or json').choices(['text', 'json']).default('text');
}
