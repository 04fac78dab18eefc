import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits until a condition gives something other than undefined or false, and gives that.
 *
 * @param what what is waited for, for the error
 * @param timeoutMs milliseconds until it fails; errors of the condition count as "not yet" and are told then
 */
export async function until<T>(what: string, condition: () => T | Promise<T>, timeoutMs = 60_000): Promise<NonNullable<T>> {
  const end = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const value = await condition();
      if (value !== undefined && value !== null && value !== false) return value as NonNullable<T>;
      last = value;
    } catch (error) {
      last = error;
    }
    await delay(100);
  }
  throw new Error(`Not within ${timeoutMs} ms: ${what}`, { cause: last });
}
