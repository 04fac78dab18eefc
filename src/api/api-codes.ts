/** Codes for problems with the request itself. The codes for rollouts are in the catalogue of src/rollout. */
export const API_CODES = {
  'decision-pending': {
    status: 202,
    title: 'The rollout has accepted the decision and is still carrying it out.',
    action:
      'Nothing: the rollout does it whatever happens to this request. Look at the rollout to see when it is done.',
  },
  'request-unreadable': {
    status: 400,
    title: 'The body of the request cannot be read.',
    action: 'Send one JSON object, or YAML with the content type application/yaml.',
  },
  'request-invalid': {
    status: 400,
    title: 'The request is not valid.',
    action: 'Correct every problem listed; /openapi.json describes what is expected.',
  },
  unauthorized: {
    status: 401,
    title: 'The request carries no bearer token that is known.',
    action: 'Send a token of the tokens file of the server; the CLI reads it from MESH_ROLLOUT_TOKEN.',
  },
  'scope-missing': {
    status: 403,
    title: 'The token may read, but not operate.',
    action: 'Use a token with the scope operate.',
  },
  'origin-refused': {
    status: 403,
    title: 'Without tokens the API answers this machine only, and no web page.',
    action:
      'Call it under 127.0.0.1 or localhost, without a foreign Origin; or give the server a tokens file.',
  },
  'namespace-refused': {
    status: 403,
    title: 'The codec endpoint serves another namespace of Temporal.',
    action: 'Ask the API server of that namespace.',
  },
  'route-unknown': {
    status: 404,
    title: 'There is nothing under this path and method.',
    action: 'Look into /openapi.json for what there is.',
  },
  'method-unknown': {
    status: 405,
    title: 'The path has no such method.',
    action: 'Use a method that the header Allow names.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body of the request is too large.',
    action: 'Send at most 64 KiB; a document may have 24 KiB.',
  },
  'media-type-unsupported': {
    status: 415,
    title: 'The content type of the request is not supported.',
    action: 'Send application/json or application/yaml.',
  },
  'streams-busy': {
    status: 429,
    title: 'The token follows rollouts with as many event streams as it may.',
    action: 'Close streams that nobody reads, then follow again.',
  },
} as const satisfies Record<string, { status: number; title: string; action: string }>;

export type ApiCode = keyof typeof API_CODES;

/** Thrown when a request cannot be served. */
export class ApiError extends Error {
  readonly code: ApiCode;
  readonly problems: readonly { readonly path: string; readonly message: string }[] | undefined;

  /** @param detail what is wrong with this request; without credentials */
  constructor(code: ApiCode, detail: string, problems?: ApiError['problems']) {
    super(detail);
    this.name = 'ApiError';
    this.code = code;
    this.problems = problems;
  }
}
