/** An error response of the API (RFC 9457). Fields that an older or a different server omits are absent. */
export interface ProblemBody {
  readonly title: string;
  readonly status: number;
  readonly detail?: string;
  readonly code?: string;
  readonly action?: string;
  readonly problems?: readonly { readonly path: string; readonly message: string }[];
}

/** Thrown when the API answers with an error. */
export class ApiProblem extends Error {
  readonly problem: ProblemBody;

  constructor(problem: ProblemBody) {
    super(problem.detail ?? problem.title);
    this.name = 'ApiProblem';
    this.problem = problem;
  }
}

/** Thrown when our API does not answer at the base URL. */
export class ApiUnreachable extends Error {
  /** True when the server may have accepted the request and only the answer was lost. */
  readonly mayBeTaken: boolean;
  readonly action = 'Start the API with mesh-rollout serve, or set its URL with --api or MESH_ROLLOUT_API.';

  constructor(baseUrl: string, reason: string, options?: ErrorOptions & { readonly mayBeTaken?: boolean }) {
    super(`The API does not answer at ${baseUrl}: ${reason}.`, options);
    this.name = 'ApiUnreachable';
    this.mayBeTaken = options?.mayBeTaken ?? false;
  }
}

/** Thrown when the user's input is wrong, such as a file that cannot be read or an invalid duration. */
export class UsageError extends Error {
  /** What to do next, when the message does not say it. */
  readonly action: string | undefined;

  constructor(message: string, action?: string) {
    super(message);
    this.name = 'UsageError';
    this.action = action;
  }
}
