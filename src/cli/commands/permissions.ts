import { Argument, type Command, Option } from 'commander';
import { dnsLabelProblem } from '../../base/text/syntax.js';
import { RELEASES } from '../../rollout/releases.js';
import { UsageError } from '../api-error.js';
import type { CliContext, CommandResult } from '../context.js';
import { ExitCode } from '../exit-code.js';

interface PermissionsOptions {
  readonly release: string;
  readonly istioNamespace: string;
  readonly namespace?: readonly string[];
}

/** Newest first. */
const MINORS = Object.keys(RELEASES);

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
    .addOption(new Option('--release <minor>', 'release of the document').choices(MINORS).default(MINORS[0]))
    .option('--istio-namespace <name>', 'istioNamespace of the document', 'istio-system')
    .option('--namespace <name...>', 'namespaces of a remote that are to have sidecars (default: default)')
    .action((role: 'primary' | 'remote', options: PermissionsOptions) =>
      run(permissions(context, role, options)),
    );
}

async function permissions(
  context: CliContext,
  role: 'primary' | 'remote',
  { release, istioNamespace, namespace: namespaces = ['default'] }: PermissionsOptions,
): CommandResult {
  for (const name of [istioNamespace, ...namespaces]) {
    const problem = dnsLabelProblem(name);
    if (problem !== undefined) throw new UsageError(`namespace: ${problem}`);
  }
  const unique = [...new Set(namespaces)];
  context.out.write(await context.permissionManifests({ role, release, istioNamespace, namespaces: unique }));
  return ExitCode.done;
}
