/** The options of requests to a cluster. */

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
/** Query parameters; undefined ones are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface ReadOptions {
  readonly query?: Query;
  readonly signal?: AbortSignal | undefined;
  /** @default 10 s for the whole response */
  readonly timeoutMs?: number;
  /** Another representation of the response, such as metadata only. @default application/json */
  readonly accept?: string;
}

export interface ListOptions extends ReadOptions {
  /** Objects per page; `timeoutMs` applies to each page. @default 500 */
  readonly pageSize?: number;
}

export interface RequestOptions extends ReadOptions {
  /** A value that is sent as JSON, or text that is sent unchanged. */
  readonly body?: unknown;
  /** @default application/json */
  readonly contentType?: string;
}

export interface WriteOptions {
  /** The name under which the API server records the owner of the fields. */
  readonly fieldManager: string;
  /** The API server does everything, including admission, except storing. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
}

export interface DeleteOptions {
  readonly dryRun?: boolean;
  readonly propagation?: 'Foreground' | 'Background';
  /** Deletes only this object, not another one that has taken its name. */
  readonly uid?: string;
  readonly signal?: AbortSignal | undefined;
}
