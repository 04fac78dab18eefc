import { isMap } from '../../base/is-map.js';
import { isSameQuantity } from './quantity.js';

/**
 * Returns the path of the first field that a live object does not have as a manifest sets it, such as
 * `spec.ports[0].port`; undefined where it has all of them. Fields that the manifest does not set do not count, nor do those
 * that it sets to nothing and the API server therefore leaves out (null, empty texts, lists and maps, false and 0).
 * Quantities may be written in another way. Items of lists are compared one by one, in their order.
 *
 * Used where the API server keeps no record of who owns which field (before Kubernetes 1.16).
 */
export function firstDifference(wanted: unknown, live: unknown, path = ''): string | undefined {
  if (wanted === null || wanted === undefined || wanted === live) return undefined;
  if (live === undefined || live === null) return isNothing(wanted) ? undefined : path;
  if (Array.isArray(wanted)) {
    if (!Array.isArray(live) || live.length !== wanted.length) return path;
    return first(wanted, (item, index) => firstDifference(item, live[index], `${path}[${index}]`));
  }
  if (isMap(wanted)) {
    if (!isMap(live)) return path;
    return first(Object.entries(wanted), ([name, value]) =>
      firstDifference(value, live[name], path === '' ? name : `${path}.${name}`),
    );
  }
  return isSameQuantity(wanted, live) ? undefined : path;
}

/** What a Go program leaves out of an object when it writes it (encoding/json, omitempty), all the way down. */
function isNothing(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isMap(value)) return Object.values(value).every(isNothing);
  return value === null || value === undefined || value === '' || value === false || value === 0;
}

function first<T>(
  items: readonly T[],
  find: (item: T, index: number) => string | undefined,
): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}
