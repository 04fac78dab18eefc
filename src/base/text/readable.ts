import type { z } from 'zod';

/** A parsed document of which any part may be missing, because that part has a problem of its own. */
export type Readable<T> = T extends readonly (infer Item)[]
  ? readonly (Readable<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: Readable<T[Key]> | undefined }
    : T;

/**
 * What can be relied on in an input that a schema refused: the places that its issues name are `undefined`, the rest has
 * its type. Rules across fields then find their problems in the same answer. Defaults are not filled in.
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
 * Whether something in a part could not be read, at its own level: then what the part lacks says nothing about it.
 *
 * @param indifferent fields that do not matter for the question
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
