import { type Command, Option } from 'commander';
import { listNames } from '../../base/text/wording.js';
import {
  draftInventory,
  type InventoryDraft,
  type KubeconfigContext,
} from '../../rollout/inventory/draft-inventory.js';
import { parseInventoryNames } from '../../rollout/inventory/inventory.js';
import { UsageError } from '../api-error.js';
import type { CliContext, CommandResult } from '../context.js';
import { readDocument } from '../document-file.js';
import { ExitCode } from '../exit-code.js';
import { renderInventory, renderNames } from '../render/inventory.js';
import { clean } from '../render/layout/text.js';
import { writeLines } from '../terminal.js';

interface InventoryOptions {
  readonly kubeconfig?: readonly string[];
  readonly context?: readonly string[];
  readonly names?: string;
}

/** Adds `inventory`, which drafts one from kubeconfigs or prints the names of one. It contacts no cluster. */
export function addInventoryCommand(
  program: Command,
  context: CliContext,
  run: (result: CommandResult) => Promise<void>,
): void {
  program
    .command('inventory')
    .description('print an inventory generated from kubeconfigs, or the part of one that the API needs')
    .option(
      '--kubeconfig <file...>',
      'kubeconfigs, each read separately (default: what kubectl reads, KUBECONFIG)',
    )
    .option('--context <name...>', 'only these contexts (default: all)')
    .addOption(
      new Option(
        '--names <inventory>',
        'print the names and labels of this inventory, for an API server without kubeconfigs; - for standard input',
      ).conflicts(['kubeconfig', 'context']),
    )
    .action((options: InventoryOptions) =>
      run(options.names === undefined ? inventory(context, options) : names(context, options.names)),
    );
}

/** The API server needs no more than this. The kubeconfigs stay with the worker. */
async function names(context: CliContext, path: string): CommandResult {
  const name = path === '-' ? 'stdin' : path;
  const { document, locate } = readDocument(name, await context.readText(path));
  const parsed = parseInventoryNames(document);
  if (!parsed.ok) {
    const problems = parsed.problems.map((each) => `  ${locate(each.path)}  ${each.path}: ${each.message}`);
    throw new UsageError([`${name} is not an inventory.`, ...problems].join('\n'));
  }
  context.out.write(renderNames(parsed.value));
  return ExitCode.done;
}

async function inventory(context: CliContext, options: InventoryOptions): CommandResult {
  const { kubeconfig = [], context: wanted } = options;
  const all = await context.kubeconfigContexts(kubeconfig);
  const draft = draftInventory(wanted === undefined ? all : choose(all, wanted));
  const warnings = warningsOf(draft);
  if (draft.clusters.length === 0) {
    throw new UsageError(['None of the contexts can be used in an inventory.', ...warnings].join('\n'));
  }
  context.out.write(renderInventory(draft));
  writeLines(context.err, warnings);
  return ExitCode.done;
}

function choose(all: readonly KubeconfigContext[], wanted: readonly string[]): KubeconfigContext[] {
  const unknown = wanted.filter((name) => !all.some((context) => context.name === name));
  if (unknown.length > 0) {
    const known = [...new Set(all.map(({ name }) => name))];
    throw new UsageError(
      `The kubeconfigs have no context ${listNames(unknown)}; they have ${known.length === 0 ? 'none' : listNames(known)}.`,
    );
  }
  return [...new Set(wanted)].flatMap((name) => all.filter((context) => context.name === name));
}

/** Returns what a person should look at, even when the output goes into a file. */
function warningsOf({ clusters, leftOut }: InventoryDraft): string[] {
  return [
    ...clusters.flatMap(({ entry, remarks }) =>
      remarks.map((remark) => `warning: ${entry.name}: ${clean(remark)}`),
    ),
    ...leftOut.map(({ context, file, why }) =>
      clean(`warning: context ${context} of ${file} is left out: ${why}`),
    ),
  ];
}
