import { cut } from '../../base/text/cut.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { ClusterError } from '../errors/cluster-error.js';

/** The longest problem: it becomes a part of a finding, next to others. */
const PROBLEM_LENGTH = 200;

/**
 * Returns the result of a read, or undefined when the credentials do not allow it or the cluster has no such object
 * or API.
 *
 * @throws errors that say nothing about the object: the cluster does not answer, or refuses the credentials
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
 * Reads that only add to what is known about a cluster and must never hold it. What cannot be read now stays unknown,
 * and `problems` contains the reasons. A definite answer of the cluster (no permission, no such API) is not a
 * problem.
 */
export class OptionalReads {
  readonly #signal: AbortSignal | undefined;
  readonly #problems = new Set<string>();

  /** @param signal the caller's signal; when it aborts, reads throw its reason */
  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  /** Returns why reads have failed so far, each reason once. */
  get problems(): readonly string[] {
    return [...this.#problems];
  }

  /**
   * Returns the result of a read, or undefined when it finds nothing or cannot be done now.
   *
   * @throws the signal's reason; RolloutError when the cluster does not admit the worker at all
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

/** Returns whether an API server has refused the request for good. Other servers may also answer 403 and 404. */
function isDecided(error: unknown): boolean {
  return (
    error instanceof ClusterError && (error.code === 'permission-denied' || error.code === 'request-rejected')
  );
}

/** Returns whether the failure may pass soon. A 401 concerns every request, so it does not count. */
function isPassing(error: unknown): error is Error {
  if (error instanceof DOMException) return error.name === 'TimeoutError';
  if (error instanceof ClusterError && error.status === 401) return false;
  return error instanceof RolloutError && error.transient;
}
