/**
 * Runs several requests. When one fails, the others are cancelled instead of continuing unnoticed.
 *
 * @param signal the caller's signal, which cancels all requests
 * @param run starts the requests with the signal that it receives
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
