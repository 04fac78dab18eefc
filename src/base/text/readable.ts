import type { z } from 'zod';

/** A parsed document in which any part may be missing, because that part has a problem. */
export type Readable<T> = T extends readonly (infer Item)[]
  ? readonly (Readable<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: Readable<T[Key]> | undefined }
    : T;

/**
 * Returns the valid parts of an input that a schema refused: the places that its issues name are `undefined`, and the
 * rest has its type. This allows rules across fields to report their problems in the same response. Defaults are not
 * filled in.
 */
export function readablePart<T>(input: unknown, issues: readonly z.core.$ZodIssue[]): Readable<T> {
  let readable = input;
  for (const { path, ...issue } of issues) {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [key]) : [[]];
    for (const key of keys) readable = withHole(readable, [...path, ...key]);
  }
  return (readable ?? {}) as Readable<T>;
}

/**
 * Returns whether a field at the top level of a part is unreadable. In that case a missing field of the part proves
 * nothing.
 *
 * @param indifferent fields to ignore
 */
export function hasHole(part: object, indifferent: readonly string[] = []): boolean {
  return Object.entries(part).some(([key, value]) => value === undefined && !indifferent.includes(key));
}

function withHole(value: unknown, [part, ...below]: readonly PropertyKey[]): unknown {
  if (part === undefined) return undefined;
  if (Array.isArray(value))
    return value.map((item, index) => (index === part ? withHole(item, below) : item));
  if (typeof value !== 'object' || value === null) return value;
  return { ...value, [part]: withHole(Reflect.get(value, part), below) };
}
