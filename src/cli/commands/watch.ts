import type { Command } from 'commander';
import type { CliContext, CommandResult } from '../context.js';
import { jsonDisplay } from '../watch/json-display.js';
import { lineDisplay } from '../watch/line-display.js';
import { liveDisplay } from '../watch/live-display.js';
import { watchRollout } from '../watch/watch.js';
import { type CommonOptions, durationOption, withApiOptions } from './options.js';

/** Options of everything that watches. */
export interface WatchCommandOptions extends CommonOptions {
  /** Milliseconds. */
  readonly timeout?: number;
  readonly stay?: boolean;
}

/** `watch`: a rollout until it is over, or waits for a person. */
export function addWatchCommand(
  program: Command,
  context: CliContext,
  run: (result: CommandResult) => Promise<void>,
): void {
  const command = program
    .command('watch')
    .description('follow a rollout until it is over or waits for a person');
  withWatchOptions(
    withApiOptions(command.argument('<mesh>', 'name of the mesh'), 'json: one event a line'),
  ).action((mesh: string, options: WatchCommandOptions) => run(watch(context, mesh, options)));
}

/** Gives a command the options of watching. */
export function withWatchOptions(command: Command): Command {
  return command
    .option(
      '--timeout <duration>',
      'stop watching after this time, e.g. 10m; the rollout goes on',
      durationOption,
    )
    .option('--stay', 'go on watching while the rollout waits for a person');
}

/** Watches on whatever the output is: a table on a terminal, lines elsewhere, events for programs. */
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
