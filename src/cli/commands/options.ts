import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../../base/text/duration.js';
import type { CliContext } from '../context.js';
import type { Frame } from '../render/layout/frame.js';

/** Options that several commands have. */
export interface CommonOptions {
  readonly api?: string;
  readonly output: 'text' | 'json';
}

/** Adds the common options of commands that call the API. */
export function withApiOptions(command: Command, json: string): Command {
  return command
    .addOption(
      new Option('-o, --output <format>', `text, or ${json}`).choices(['text', 'json']).default('text'),
    )
    .option('--api <url>', 'base URL of the API (default: MESH_ROLLOUT_API or http://127.0.0.1:8180)');
}

/** The longest timer that Node supports: 2^31 - 1 ms, almost 25 days. */
const LONGEST_MS = 2 ** 31 - 1;

/** Returns the milliseconds of an option such as `10m`. */
export function durationOption(text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds === undefined || milliseconds === 0)
    throw new InvalidArgumentError('Write 90s, 10m or 1h30m.');
  if (milliseconds > LONGEST_MS) throw new InvalidArgumentError('Write at most 596h.');
  return milliseconds;
}

/** Returns a parser for an option that is a whole number from `min` to `max`. */
export function countOption(max: number, min = 1): (text: string) => number {
  return (text) => {
    const count = /^\d+$/.test(text) ? Number(text) : -1;
    if (count < min || count > max) throw new InvalidArgumentError(`Write a number from ${min} to ${max}.`);
    return count;
  };
}

/** Returns the frame that fits the output of a command. */
export function frameOf({ out, now }: CliContext): Frame {
  return { width: out.size().columns, style: out.style, now: now(), detail: 'full' };
}

/** Writes a result as JSON. */
export function writeJson({ out }: CliContext, value: unknown): void {
  out.write(`${JSON.stringify(value, null, 2)}\n`);
}
