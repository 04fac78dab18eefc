import { Argument, type Command, Option } from 'commander';
import { dnsLabelProblem } from '../../base/text/syntax.js';
import { type InstallerName, RELEASES, SUPPORTED_INSTALLERS } from '../../rollout/releases.js';
import { UsageError } from '../api-error.js';
import type { CliContext, CommandResult } from '../context.js';
import { ExitCode } from '../exit-code.js';

const releases = Object.keys(RELEASES);

interface PermissionsOptions {
  readonly release: string;
  readonly installer: InstallerName;
  readonly istioNamespace: string;
  readonly namespace?: readonly string[];
}

/** `permissions`: the account and the roles that a worker needs in a cluster, for `kubectl apply`. */
export function addPermissionsCommand(
  program: Command,
  context: CliContext,
  run: (result: CommandResult) => Promise<void>,
): void {
  program
    .command('permissions')
    .description('print the account and the roles that the worker needs in a cluster, for kubectl apply')
    .addArgument(new Argument('<role>', 'part of the cluster in the mesh').choices(['primary', 'remote']))
    .addOption(
      new Option('--release <release>', 'release of the document').choices(releases).default(releases[0]),
    )
    .addOption(
      new Option('--installer <installer>', 'installer of the document')
        .choices(SUPPORTED_INSTALLERS)
        .default('istioctl'),
    )
    .option('--istio-namespace <name>', 'istioNamespace of the document', 'istio-system')
    .option('--namespace <name...>', 'namespaces of a remote that are to have sidecars (default: default)')
    .action((role: 'primary' | 'remote', options: PermissionsOptions) =>
      run(permissions(context, role, options)),
    );
}

async function permissions(
  context: CliContext,
  role: 'primary' | 'remote',
  { release, installer, istioNamespace, namespace: namespaces = ['default'] }: PermissionsOptions,
): CommandResult {
  for (const name of [istioNamespace, ...namespaces]) {
    const problem = dnsLabelProblem(name);
    if (problem !== undefined) throw new UsageError(`namespace: ${problem}`);
  }
  const unique = [...new Set(namespaces)];
  const request = { role, release, installer, istioNamespace, namespaces: unique };
  context.out.write(await context.permissionManifests(request));
  return ExitCode.done;
}
