import { cut } from '../../base/text/cut.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { ClusterError } from '../errors/cluster-error.js';

/** A problem becomes part of a finding, beside others. */
const PROBLEM_LENGTH = 200;

/**
 * Returns what a read finds; undefined when the credentials may not do it, or the cluster has no such object or API.
 *
 * @throws what says nothing about the cluster: it does not answer, or refuses the credentials
 */
export async function optionalRead<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    const isAbsent = error instanceof ClusterError && (error.status === 403 || error.status === 404);
    if (isAbsent && isDecided(error)) return undefined;
    throw error;
  }
}

/**
 * Reads that only add to what is known about a cluster, and are never worth to hold it for: what cannot be read now is not
 * known, and `problems` has the reasons. Where the cluster has decided (no permission, no such API) there is no problem.
 */
export class OptionalReads {
  readonly #signal: AbortSignal | undefined;
  readonly #problems = new Set<string>();

  /** @param signal of the caller; when it aborts, nothing is optional any more */
  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  /** Why reads so far came to nothing, each reason once. */
  get problems(): readonly string[] {
    return [...this.#problems];
  }

  /**
   * Returns what a read finds; undefined when it finds nothing or cannot be done now.
   *
   * @throws the signal's reason; RolloutError when the cluster does not let the worker in at all
   */
  async try<T>(read: Promise<T>): Promise<T | undefined> {
    try {
      return await read;
    } catch (error) {
      this.#signal?.throwIfAborted();
      if (isDecided(error)) return undefined;
      if (!isPassing(error)) throw error;
      this.#problems.add(cut(error.message, PROBLEM_LENGTH));
      return undefined;
    }
  }
}

/** Whether an API server has refused the request for good; what is no API server may say 403 and 404 as well. */
function isDecided(error: unknown): boolean {
  return (
    error instanceof ClusterError && (error.code === 'permission-denied' || error.code === 'request-rejected')
  );
}

/** Whether it may be otherwise in a moment. A 401 is about every request, so it is not. */
function isPassing(error: unknown): error is Error {
  if (error instanceof DOMException) return error.name === 'TimeoutError';
  if (error instanceof ClusterError && error.status === 401) return false;
  return error instanceof RolloutError && error.transient;
}
