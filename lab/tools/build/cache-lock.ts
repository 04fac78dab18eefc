import { withLock } from '../lock/lock.js';
import { removeUnfinished } from './cache.js';
import { heartbeatSeconds, stopwatch } from './progress.js';

/** Who waits for the cache, and how. */
interface CacheLockOptions {
  readonly cache: string;
  readonly report: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

const pollsPerLine = heartbeatSeconds * 4;

/**
 * Runs `work` as the only writer of the cache, without what earlier writers left unfinished. Reports each 30 s while
 * another process writes.
 * @throws what `work` throws; the signal's reason when aborted.
 */
export async function withCache<Result>(
  { cache, report, signal }: CacheLockOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  const waited = stopwatch();
  let polls = 0;
  return withLock(
    cache,
    async () => {
      await removeUnfinished(cache);
      return work();
    },
    {
      signal,
      onWait: ({ pid, host }) => {
        if (polls++ % pollsPerLine === 0)
          report(`waiting for process ${pid} on ${host}, which builds tools … ${waited()}`);
      },
    },
  );
}
