import type { Command } from 'commander';
import type { CliContext, CommandResult } from '../context.js';
import { jsonDisplay } from '../watch/json-display.js';
import { lineDisplay } from '../watch/line-display.js';
import { liveDisplay } from '../watch/live-display.js';
import { watchRollout } from '../watch/watch.js';
import { type CommonOptions, durationOption, withApiOptions } from './options.js';

/** Options of every command that watches a rollout. */
export interface WatchCommandOptions extends CommonOptions {
  /** Milliseconds. */
  readonly timeout?: number;
  readonly stay?: boolean;
}

/** Adds `watch`, which follows a rollout until it has finished or waits for a person. */
export function addWatchCommand(
  program: Command,
  context: CliContext,
  run: (result: CommandResult) => Promise<void>,
): void {
  const command = program
    .command('watch')
    .description('follow a rollout until it has finished or waits for a person');
  withWatchOptions(
    withApiOptions(command.argument('<mesh>', 'name of the mesh'), 'json: one event per line'),
  ).action((mesh: string, options: WatchCommandOptions) => run(watch(context, mesh, options)));
}

/** Adds the options for watching to a command. */
export function withWatchOptions(command: Command): Command {
  return command
    .option(
      '--timeout <duration>',
      'stop watching after this time, e.g. 10m; the rollout continues',
      durationOption,
    )
    .option('--stay', 'keep watching while the rollout waits for a person');
}

/** Watches a rollout. Shows a table on a terminal, JSON events with `-o json`, and lines otherwise. */
export async function watch(context: CliContext, mesh: string, options: WatchCommandOptions): CommandResult {
  const { out, now, onInterrupt } = context;
  const display =
    options.output === 'json'
      ? jsonDisplay(out)
      : out.isTerminal
        ? liveDisplay(out, now)
        : lineDisplay(out, now);
  return watchRollout(context.client(options.api), mesh, display, {
    ...(options.timeout !== undefined && { timeoutMs: options.timeout }),
    stay: options.stay ?? false,
    onInterrupt,
  });
}
