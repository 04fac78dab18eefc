/**
 * Maps every item, at most `limit` at a time; the results stand in the order of the items.
 * @throws what `map` throws first; items not begun by then are left out
 */
export async function mapBounded<T, R>(
  items: readonly T[],
  limit: number,
  map: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length);
  const queue = items.entries();
  const work = async () => {
    // The iterator is shared: every worker takes the next item that none has taken.
    for (const [index, item] of queue) results[index] = await map(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  return results;
}
