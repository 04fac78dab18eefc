/** An error as the API answers it (RFC 9457); what an older or another server leaves out is absent. */
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

/** Thrown when nothing that is our API answers under the base URL. */
export class ApiUnreachable extends Error {
  /** True when the request may have been taken all the same: only the answer was lost. */
  readonly mayBeTaken: boolean;
  readonly action =
    'Start the API with mesh-rollout serve, or name where it is with --api or MESH_ROLLOUT_API.';

  constructor(baseUrl: string, reason: string, options?: ErrorOptions & { readonly mayBeTaken?: boolean }) {
    super(`The API does not answer at ${baseUrl}: ${reason}.`, options);
    this.name = 'ApiUnreachable';
    this.mayBeTaken = options?.mayBeTaken ?? false;
  }
}

/** Thrown for what the user gave the CLI: a file that cannot be read, a duration that is none. */
export class UsageError extends Error {
  /** What to do next, where the message does not say it. */
  readonly action: string | undefined;

  constructor(message: string, action?: string) {
    super(message);
    this.name = 'UsageError';
    this.action = action;
  }
}
