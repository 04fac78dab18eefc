import { isGrpcServiceError } from '@temporalio/client';

/** The gRPC status codes that decide something here; numbers as in the gRPC specification. */
export const GrpcStatus = {
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  permissionDenied: 7,
  failedPrecondition: 9,
  unimplemented: 12,
  unavailable: 14,
  unauthenticated: 16,
} as const;

/**
 * Whether a call ended because its time was over. The client is told CANCELLED instead of DEADLINE_EXCEEDED when the
 * server gives up a moment earlier; nobody else cancels calls here.
 */
export function isOverdue(status: number | undefined): boolean {
  return status === GrpcStatus.deadlineExceeded || status === GrpcStatus.cancelled;
}

/** The gRPC status of an error, or of one of its causes: the SDK wraps the errors of its transport. */
export function grpcStatusOf(error: unknown): number | undefined {
  if (isGrpcServiceError(error)) return error.code;
  return error instanceof Error && error.cause !== undefined ? grpcStatusOf(error.cause) : undefined;
}

/** What the server wrote beside the status; the error's own message when it wrote nothing. */
export function grpcDetailsOf(error: unknown): string {
  if (isGrpcServiceError(error)) return error.details || error.message;
  if (error instanceof Error) return error.cause === undefined ? error.message : grpcDetailsOf(error.cause);
  return String(error);
}
