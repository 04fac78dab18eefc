import { waitFor } from '../../lab/wait.js';

/**
 * Waits until a condition gives something other than undefined, null or false, and gives that.
 *
 * @param what what is waited for, for the error
 * @param timeoutMs milliseconds until it fails; errors of the condition count as "not yet" and are told then
 * @param intervalMs milliseconds between two looks; each may cost several processes their time
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  timeoutMs = 60_000,
  intervalMs = 100,
): Promise<NonNullable<T>> {
  const check = async () => ((await condition()) || undefined) as NonNullable<T> | undefined;
  return await waitFor({ what, check, timeoutMilliseconds: timeoutMs, intervalMilliseconds: intervalMs });
}
