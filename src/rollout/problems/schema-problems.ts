import { z } from 'zod';
import { closest } from '../../base/text/did-you-mean.js';
import { type Readable, readablePart } from '../../base/text/readable.js';
import { nameOfType } from '../../base/text/syntax.js';
import { listNames } from '../../base/text/wording.js';
import { formatPath } from './problem-path.js';
import type { Problem } from './problems.js';

/** The result of a schema: its value, or its problems and the readable parts. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: Problem[]; readonly readable: Readable<T> };

/** Checks an input against a schema, and returns every problem in words for users. */
export function checkSchema<T>(schema: z.ZodType<T>, input: unknown): Checked<T> {
  const result = schema.safeParse(input, { error: explain, reportInput: true });
  if (result.success) return { ok: true, value: result.data };
  const fields = new FieldNames(schema);
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue, fields));
  return { ok: false, problems, readable: readablePart<T>(input, result.error.issues) };
}

/** Returns the message for issues that have no message in the schema. */
const explain: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined) return 'is required';
  if (issue.input === null) {
    return issue.path?.length ? 'is empty (null): set a value, or remove the field' : 'is empty';
  }
  if (issue.code === 'invalid_value') {
    const names = issue.values.map(String);
    const guess = typeof issue.input === 'string' ? closest(issue.input, names) : undefined;
    return `must be ${names.join(' or ')}${guess === undefined ? '' : `; did you mean ${guess}?`}`;
  }
  if (issue.code !== 'invalid_type') return undefined;
  const expected = { object: 'a map', record: 'a map', array: 'a list' }[issue.expected as string];
  return `must be ${expected ?? `a ${issue.expected}`}, not ${nameOfType(issue.input)}`;
};

function problemsOf(issue: z.core.$ZodIssue, fields: FieldNames): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: formatPath([...issue.path, key]),
      message: `is not a known field${fields.hint(issue.path, key)}`,
    }));
  }
  // The issues of an invalid key say more than that it is invalid.
  const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [{ path: formatPath(issue.path), message }];
}

interface FieldSchema {
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly items?: FieldSchema;
}

/** The fields of a schema, to suggest which one an unknown field was meant to be. */
class FieldNames {
  readonly #schema: FieldSchema;

  constructor(schema: z.ZodType) {
    this.#schema = z.toJSONSchema(schema, { io: 'input' }) as FieldSchema;
  }

  hint(path: readonly PropertyKey[], unknown: string): string {
    const known = Object.keys(this.#at(path).properties ?? {});
    const guess = closest(unknown, known) ?? this.#elsewhere(this.#schema, unknown, []);
    if (guess !== undefined) return `; did you mean ${guess}?`;
    return `: known fields are ${listNames(known, 20)}`;
  }

  #at(path: readonly PropertyKey[]): FieldSchema {
    let schema = this.#schema;
    for (const part of path) {
      schema = (typeof part === 'number' ? schema.items : schema.properties?.[String(part)]) ?? {};
    }
    return schema;
  }

  /**
   * Returns the full path of a field with exactly this name elsewhere, outside lists, for users who forgot a level.
   */
  #elsewhere(schema: FieldSchema, name: string, path: readonly string[]): string | undefined {
    for (const [key, below] of Object.entries(schema.properties ?? {})) {
      const here = [...path, key];
      const found = key === name ? formatPath(here) : this.#elsewhere(below, name, here);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
