import type { Values } from './resolved.js';

/**
 * Lays one set of Istio values over another, as Helm does: maps are merged, everything else (lists too) is replaced, a
 * null takes the key out. Neither argument is changed. Plain TypeScript: workflows use it.
 *
 * Helm itself keeps the null, to take a chart's default out as well; Istio's charts treat null and absent alike.
 */
export function mergeValues(base: Values, over: Values): Values {
  const merged = new Map(Object.entries(base));
  for (const [key, value] of Object.entries(over)) {
    const below = merged.get(key);
    if (value === null) merged.delete(key);
    else merged.set(key, isMap(value) ? mergeValues(isMap(below) ? below : {}, value) : value);
  }
  // fromEntries defines own properties, so that even a key __proto__ is only a key.
  return Object.fromEntries(merged);
}

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
