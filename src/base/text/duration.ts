import { nameOfType } from './syntax.js';
import { quote } from './wording.js';

/** Durations as users write them: whole hours, minutes and seconds, in this order. Plain TypeScript: workflows use it. */

/** The pattern that OpenAPI shows. */
export const DURATION_PATTERN = '^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$';

const DURATION = new RegExp(DURATION_PATTERN);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Returns the milliseconds of `90s`, `10m` or `1h30m`, or undefined when the text is not a duration. */
export function parseDuration(text: string): number | undefined {
  const match = text === '' ? null : DURATION.exec(text);
  if (match === null) return undefined;
  const [, hours, minutes, seconds] = match.map((part) => Number.parseInt(part ?? '0', 10));
  return (hours ?? 0) * HOUR + (minutes ?? 0) * MINUTE + (seconds ?? 0) * SECOND;
}

/** Returns what is wrong with a duration that must lie between two others, or undefined. */
export function durationProblem(input: unknown, shortest: string, longest: string): string | undefined {
  if (typeof input !== 'string')
    return `must be a duration such as 90s, 10m or 1h30m, not ${nameOfType(input)}`;
  const milliseconds = parseDuration(input);
  if (milliseconds === undefined)
    return `${quote(input)} is not a duration: write whole hours, minutes and seconds, such as 90s, 10m or 1h30m`;
  if (milliseconds < (parseDuration(shortest) ?? 0) || milliseconds > (parseDuration(longest) ?? 0))
    return `${input} is out of bounds: choose from ${shortest} to ${longest}`;
  return undefined;
}
