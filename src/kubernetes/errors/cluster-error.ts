import type { ErrorCode } from '../../rollout/codes.js';
import { RolloutError } from '../../rollout/rollout-error.js';

/** One field that another field manager owns. */
export interface FieldConflict {
  /** Name of the other manager, e.g. `kubectl-client-side-apply`. */
  readonly manager: string;
  /** The field as the API server names it, e.g. `.spec.replicas`; empty when it does not name it. */
  readonly field: string;
}

/** What is known about a failed request besides its code and message. */
export interface ClusterErrorDetails {
  readonly cluster: string;
  readonly action?: string;
  readonly cause?: unknown;
  readonly status?: number;
  readonly reason?: string;
  readonly conflicts?: readonly FieldConflict[];
}

/**
 * Thrown when a request to a cluster failed. `status` is absent when there was no response. Callers decide by these
 * fields, never by the message.
 */
export class ClusterError extends RolloutError {
  /** HTTP status of the answer. */
  readonly status: number | undefined;
  /** `reason` of the Kubernetes Status, e.g. `AlreadyExists`. */
  readonly reason: string | undefined;
  /** With code `field-conflict`: every field in dispute. */
  readonly conflicts: readonly FieldConflict[];

  constructor(code: ErrorCode, message: string, details: ClusterErrorDetails) {
    super(code, message, details);
    this.name = 'ClusterError';
    this.status = details.status;
    this.reason = details.reason;
    this.conflicts = details.conflicts ?? [];
  }
}
