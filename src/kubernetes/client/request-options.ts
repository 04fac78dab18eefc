/** What a request to a cluster may be told. */

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** Query parameters; undefined ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface ReadOptions {
  readonly query?: Query;
  readonly signal?: AbortSignal | undefined;
  /** @default 10 s for the whole answer */
  readonly timeoutMs?: number;
  /** Another representation of the answer, such as metadata only. @default application/json */
  readonly accept?: string;
}

export interface ListOptions extends ReadOptions {
  /** Objects in one answer; `timeoutMs` is for each. @default 500 */
  readonly pageSize?: number;
}

export interface RequestOptions extends ReadOptions {
  /** A value that becomes JSON, or text that is sent as it is. */
  readonly body?: unknown;
  /** @default application/json */
  readonly contentType?: string;
}

export interface WriteOptions {
  /** Name under which the API server remembers who owns the fields. */
  readonly fieldManager: string;
  /** The API server does everything, admission included, but the storing. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

export interface DeleteOptions {
  readonly dryRun?: boolean;
  readonly propagation?: 'Foreground' | 'Background' | 'Orphan';
  /** Delete only this very object, not one that took its name. */
  readonly uid?: string;
  readonly signal?: AbortSignal | undefined;
}
