import { ClusterError } from './cluster-error.js';

/**
 * A read that only adds to what is known: undefined when the credentials may not do it, or the cluster has no such API.
 * Failures that say nothing about the cluster (it does not answer, it refuses the credentials) are thrown.
 */
export async function optionalRead<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    const isDecided = error instanceof ClusterError && (error.status === 403 || error.status === 404);
    if (isDecided) return undefined;
    throw error;
  }
}
