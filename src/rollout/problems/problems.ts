/** One thing that is wrong with a document or an inventory. */
export interface Problem {
  /** Where, as a user writes it: `strategy.waves[0].name`; empty for the whole document. */
  readonly path: string;
  readonly message: string;
}

/** The result of parsing: either a value or all problems. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: Problem[] };
