import { waitFor } from '../../lab/wait.js';
import type { ErrorCode } from '../../src/rollout/codes.js';
import { RolloutError } from '../../src/rollout/rollout-error.js';

/** How {@link until} waits. */
export interface UntilOptions {
  /** Milliseconds until it fails. @default 60 seconds */
  readonly timeoutMs?: number;
  /** Milliseconds between two looks; each may cost several processes their time. @default 100 */
  readonly intervalMs?: number;
  /**
   * Returns whether an error of the condition means "not yet". Keep it as narrow as possible: an error that nobody expects
   * is a defect, even when the next look finds nothing wrong. @default none does
   */
  readonly tolerate?: (error: unknown) => boolean;
}

/**
 * Waits until a condition returns something other than undefined, null or false, and returns that.
 *
 * @param what what is waited for, for the error
 * @throws an error of the condition that is not tolerated; an Error when the wait times out
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  { timeoutMs = 60_000, intervalMs = 100, tolerate }: UntilOptions = {},
): Promise<NonNullable<T>> {
  const check = async () => ((await condition()) || undefined) as NonNullable<T> | undefined;
  const options = { what, check, timeoutMilliseconds: timeoutMs, intervalMilliseconds: intervalMs };
  return await waitFor({ ...options, tolerate });
}

/** For `tolerate`: true for an error of the product with that code. */
export function hasCode(code: ErrorCode): (error: unknown) => boolean {
  return (error) => error instanceof RolloutError && error.code === code;
}
