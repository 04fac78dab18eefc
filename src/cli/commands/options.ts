import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../../base/text/duration.js';
import type { CliContext } from '../context.js';
import type { Frame } from '../render/layout/frame.js';

/** Options that several commands have. */
export interface CommonOptions {
  readonly api?: string;
  readonly output: 'text' | 'json';
}

/** Gives a command that talks to the API its common options. */
export function withApiOptions(command: Command, json: string): Command {
  return command
    .addOption(
      new Option('-o, --output <format>', `text for people, or ${json}`)
        .choices(['text', 'json'])
        .default('text'),
    )
    .option('--api <url>', 'base URL of the API (default: MESH_ROLLOUT_API, else http://127.0.0.1:8180)');
}

/** What a timer of Node can wait for: 2^31 - 1 ms, not quite 25 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** Milliseconds of an option such as `10m`. */
export function durationOption(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined || milliseconds === 0)
    throw new InvalidArgumentError('Write 90s, 10m or 1h30m.');
  if (milliseconds > LONGEST_MS) throw new InvalidArgumentError('Write at most 596h.');
  return milliseconds;
}

/** A whole number of an option, from `min` to `max`. */
export function countOption(max: number, min = 1): (text: string) => number {
  return (text) => {
    const count = /^\d+$/.test(text) ? Number(text) : -1;
    if (count < min || count > max) throw new InvalidArgumentError(`Write a number from ${min} to ${max}.`);
    return count;
  };
}

/** How to render for the output of a command. */
export function frameOf({ out, now }: CliContext): Frame {
  return { width: out.size().columns, style: out.style, now: now(), detail: 'full' };
}

/** Writes an answer for programs. */
export function writeJson({ out }: CliContext, value: unknown): void {
  out.write(`${JSON.stringify(value, null, 2)}\n`);
}
