import { randomUUID } from 'node:crypto';
import type { Command } from 'commander';
import { ApiProblem } from '../api-error.js';
import type { CliContext, CommandResult } from '../context.js';
import { readDocument } from '../document-file.js';
import { ExitCode } from '../exit-code.js';
import { writeError } from '../render/error.js';
import { writeLines } from '../terminal.js';
import { withApiOptions, writeJson } from './options.js';
import { type WatchCommandOptions, watch, withWatchOptions } from './watch.js';

interface StartOptions extends WatchCommandOptions {
  readonly file: string;
  readonly watch?: boolean;
  readonly idempotencyKey?: string;
}

/** Adds `start`, which starts a rollout from a document. */
export function addStartCommand(
  program: Command,
  context: CliContext,
  run: (result: CommandResult) => Promise<void>,
): void {
  const command = program
    .command('start')
    .description('start a rollout')
    .requiredOption('-f, --file <path>', 'the rollout document, YAML or JSON; - for standard input')
    .option('-w, --watch', 'watch the rollout')
    .option(
      '--idempotency-key <key>',
      'for scripts that may run twice: the same key and document return the same rollout (default: a random key)',
    );
  withWatchOptions(withApiOptions(command, 'json')).action((options: StartOptions) =>
    run(start(context, options)),
  );
}

async function start(context: CliContext, options: StartOptions): CommandResult {
  const name = options.file === '-' ? 'stdin' : options.file;
  const file = readDocument(name, await context.readText(options.file));
  try {
    const started = await context
      .client(options.api)
      .start(file.document, options.idempotencyKey ?? randomUUID());
    if (options.watch && options.output === 'text') {
      writeLines(context.out, [
        `Rollout of mesh ${started.mesh} has started (rollout ${started.rolloutId}).`,
        '',
      ]);
    } else if (options.output === 'json' && !options.watch) {
      writeJson(context, started);
    } else if (!options.watch) {
      writeLines(context.out, [
        `Rollout of mesh ${started.mesh} has started (rollout ${started.rolloutId}).`,
        `Watch it: mesh-rollout watch ${started.mesh}`,
      ]);
    }
    return options.watch ? await watch(context, started.mesh, options) : ExitCode.done;
  } catch (error) {
    if (!(error instanceof ApiProblem) || !error.problem.problems) throw error;
    writeError(context, error, options.output, file.locate);
    return ExitCode.error;
  }
}
