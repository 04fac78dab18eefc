/**
 * Returns the items in batches of `size`, in order. The last batch may be smaller. Deterministic: workflows use it.
 */
export function inBatches<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
