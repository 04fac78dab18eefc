/**
 * Runs several requests. As soon as one fails, the others are cancelled instead of continuing unseen.
 *
 * @param signal of the caller; it cancels all
 * @param run called with the signal for the requests
 */
export async function cancelOnFirstFailure<T>(
  signal: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const failed = new AbortController();
  try {
    return await run(signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]));
  } catch (error) {
    failed.abort(error);
    throw error;
  }
}
