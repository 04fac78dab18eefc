import { z } from 'zod';
import { closest } from '../../base/text/did-you-mean.js';
import { type Readable, readablePart } from '../../base/text/readable.js';
import { nameOfType } from '../../base/text/syntax.js';
import { listNames } from '../../base/text/wording.js';
import { formatPath } from './problem-path.js';
import type { Problem } from './problems.js';

/** A schema's verdict: its value, or its problems and what can be read all the same. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: Problem[]; readonly readable: Readable<T> };

/** Checks an input against a schema, and says every problem in the words of users. */
export function checkSchema<T>(schema: z.ZodType<T>, input: unknown): Checked<T> {
  const result = schema.safeParse(input, { error: explain, reportInput: true });
  if (result.success) return { ok: true, value: result.data };
  const fields = new FieldNames(schema);
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue, fields));
  return { ok: false, problems, readable: readablePart<T>(input, result.error.issues) };
}

/** The message of an issue for which the schema itself has no words. */
const explain: z.core.$ZodErrorMap = (issue) => {
  if (issue.input === undefined) return 'is required';
  if (issue.input === null) {
    return issue.path?.length ? 'is empty (null): give it a value, or leave the field out' : 'is empty';
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
  // The issues of a bad key say more than that it is bad.
  const message = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return [{ path: formatPath(issue.path), message }];
}

interface FieldSchema {
  readonly properties?: Readonly<Record<string, FieldSchema>>;
  readonly items?: FieldSchema;
}

/** The fields that a schema knows, to say which one an unknown field was meant to be. */
class FieldNames {
  readonly #schema: FieldSchema;

  constructor(schema: z.ZodType) {
    this.#schema = z.toJSONSchema(schema, { io: 'input' }) as FieldSchema;
  }

  hint(path: readonly PropertyKey[], unknown: string): string {
    const known = Object.keys(this.#at(path).properties ?? {});
    const guess = closest(unknown, known) ?? this.#elsewhere(this.#schema, unknown, []);
    if (guess !== undefined) return `; did you mean ${guess}?`;
    return `: known here are ${listNames(known, 20)}`;
  }

  #at(path: readonly PropertyKey[]): FieldSchema {
    let schema = this.#schema;
    for (const part of path) {
      schema = (typeof part === 'number' ? schema.items : schema.properties?.[String(part)]) ?? {};
    }
    return schema;
  }

  /** Where else a field of exactly this name stands, outside lists: whoever forgets a level gets its full path. */
  #elsewhere(schema: FieldSchema, name: string, path: readonly string[]): string | undefined {
    for (const [key, below] of Object.entries(schema.properties ?? {})) {
      const here = [...path, key];
      const found = key === name ? formatPath(here) : this.#elsewhere(below, name, here);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
