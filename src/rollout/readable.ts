import type { z } from 'zod';

/** A parsed document of which any part may be missing, because that part has a problem of its own. */
export type Readable<T> = T extends readonly (infer Item)[]
  ? readonly (Readable<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: Readable<T[Key]> | undefined }
    : T;

/**
 * What can be relied on in an input that a schema refused: everything but the places that its issues name. Rules across
 * fields then find their problems in the same answer. Defaults are not filled in.
 *
 * @param input plain JSON data; it is changed
 */
export function readablePart<T>(input: unknown, issues: readonly z.core.$ZodIssue[]): Readable<T> {
  const holder: Record<string, unknown> = { root: input };
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') removeAt(holder, ['root', ...issue.path]);
    else for (const key of issue.keys) removeAt(holder, ['root', ...issue.path, key]);
  }
  return (holder['root'] ?? {}) as Readable<T>;
}

/** Takes a place out. In a list it leaves a hole, so that the indices of the others stay what users see. */
function removeAt(holder: Record<string, unknown>, path: readonly PropertyKey[]): void {
  let parent: unknown = holder;
  for (const part of path.slice(0, -1)) parent = child(parent, part);
  const last = path.at(-1) ?? '';
  if (Array.isArray(parent) && typeof last === 'number') parent[last] = undefined;
  else if (typeof parent === 'object' && parent !== null) Reflect.deleteProperty(parent, last);
}

function child(parent: unknown, part: PropertyKey): unknown {
  return typeof parent === 'object' && parent !== null ? Reflect.get(parent, part) : undefined;
}
