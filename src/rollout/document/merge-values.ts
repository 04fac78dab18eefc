import { isMap } from '../../base/is-map.js';
import type { Values } from '../resolve/resolved.js';

/**
 * Lays Istio values over each other, the last ones winning, as Helm does with several value files: maps are merged,
 * everything else (lists too) is replaced. A null stays: it takes a chart's default out. No argument is changed.
 * Plain TypeScript: workflows use it.
 */
export function mergeValues(...layers: readonly Values[]): Values {
  const merged = new Map<string, unknown>();
  for (const [key, value] of layers.flatMap((layer) => Object.entries(layer))) {
    const below = merged.get(key);
    merged.set(key, isMap(below) && isMap(value) ? mergeValues(below, value) : value);
  }
  // fromEntries defines own properties, so that even a key __proto__ is only a key.
  return Object.fromEntries(merged);
}
