import { isGrpcServiceError } from '@temporalio/client';

/** The gRPC status codes that matter here, with the numbers of the gRPC specification. */
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
 * Returns whether a call ended because of its deadline. The client receives CANCELLED instead of DEADLINE_EXCEEDED
 * when the server gives up slightly earlier; nothing else cancels calls here.
 */
export function isOverdue(status: number | undefined): boolean {
  return status === GrpcStatus.deadlineExceeded || status === GrpcStatus.cancelled;
}

/** Returns the gRPC status of an error or of one of its causes, because the SDK wraps the errors of its transport. */
export function grpcStatusOf(error: unknown): number | undefined {
  if (isGrpcServiceError(error)) return error.code;
  return error instanceof Error && error.cause !== undefined ? grpcStatusOf(error.cause) : undefined;
}

/** Returns the text that the server sent with the status, or the error's own message if there is none. */
export function grpcDetailsOf(error: unknown): string {
  if (isGrpcServiceError(error)) return error.details || error.message;
  if (error instanceof Error) return error.cause === undefined ? error.message : grpcDetailsOf(error.cause);
  return String(error);
}
