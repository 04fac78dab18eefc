import { CancellationScope } from '@temporalio/workflow';

/**
 * Runs `work`, and cancels it as soon as `needless` resolves. It takes a promise and not a condition: Temporal's SDK
 * evaluates every open condition after every event, and hundreds of clusters may wait at the same time.
 *
 * @throws what `work` throws; a cancellation when `needless` resolves or the whole rollout is cancelled
 */
export async function runUnless<T>(needless: PromiseLike<unknown>, work: () => Promise<T>): Promise<T> {
  const scope = new CancellationScope();
  needless.then(
    () => scope.cancel(),
    () => undefined, // Rejected when the whole rollout is cancelled, and so is the work.
  );
  return await scope.run(work);
}
