import { isMap } from '../../base/is-map.js';

/** What a server sends may be anything: these take a value for what it is, and not for what it should be. */

/** Returns the value where it is a text, otherwise an empty one. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Returns the texts of a list; nothing where the value is no list. */
export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Returns the JSON objects of a list; nothing where the value is no list. */
export function mapsOf(value: unknown): Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isMap) : [];
}

/** Returns a field of a value where that is a JSON object. */
export function fieldOf(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => (isMap(inner) ? inner[name] : undefined), value);
}
