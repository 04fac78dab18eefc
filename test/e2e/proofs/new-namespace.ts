import type { Product } from '../../../lab/product.js';
import { until } from '../../support/wait.js';

/**
 * Starts the worker of a product in a Temporal namespace that was created a moment ago. While some part of the server does
 * not know the namespace yet, the worker ends and says so.
 */
export async function startWorkerInNewNamespace(product: Product): Promise<void> {
  const isNotKnownYet = (error: unknown) =>
    error instanceof Error && error.message.includes('has no namespace');
  await until('the new namespace to be known everywhere', () => product.startWorker(), {
    tolerate: isNotKnownYet,
  });
}
