import type { Values } from '../rollout/resolved.js';

/**
 * Lays values over each other, the last one winning: mappings are merged, everything else is replaced, as Helm does
 * with several value files.
 */
export function mergeValues(...layers: readonly Values[]): Values {
  const merged: Record<string, unknown> = {};
  for (const layer of layers) {
    for (const [key, value] of Object.entries(layer)) {
      const below = merged[key];
      merged[key] = isMapping(below) && isMapping(value) ? mergeValues(below, value) : value;
    }
  }
  return merged;
}

function isMapping(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
