import { ERRORS, type ErrorCode } from './codes.js';

/**
 * A failure that users read: what happened, on which cluster, what to do next. Thrown by everything below the
 * activities; whether it is retried by itself is a property of its code.
 */
export class RolloutError extends Error {
  readonly code: ErrorCode;
  readonly cluster: string | undefined;
  /** What a person does next; the code's own words unless a better text is known. */
  readonly action: string;

  /**
   * @param code one of the catalogue
   * @param message what happened, with the offending values, without any credential
   */
  constructor(
    code: ErrorCode,
    message: string,
    options: { cluster?: string; action?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'RolloutError';
    this.code = code;
    this.cluster = options.cluster;
    this.action = options.action ?? ERRORS[code].action;
  }

  /** True when trying again later can help without a person. */
  get transient(): boolean {
    return ERRORS[this.code].transient;
  }
}

/** Returns an error as a RolloutError. What is none is a defect and becomes `internal-error`, which is retried. */
export function asRolloutError(error: unknown): RolloutError {
  if (error instanceof RolloutError) return error;
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new RolloutError('internal-error', message);
}
