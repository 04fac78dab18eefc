import { ClusterError, type FieldConflict } from './cluster-error.js';
import { type AnswerFacts, type Status, shorten } from './status.js';

/**
 * Returns the error for a 409: a field of another manager (a person must decide), a name that is taken, or a
 * concurrent write (retried).
 */
export function conflict(says: string, status: Status | undefined, facts: AnswerFacts): ClusterError {
  const conflicts = fieldConflicts(status);
  if (conflicts.length > 0) {
    const message = `other field managers own these fields: ${conflicts.map(describeConflict).join(', ')}`;
    return new ClusterError('field-conflict', shorten(message), { ...facts, conflicts });
  }
  return new ClusterError(
    status?.reason === 'AlreadyExists' ? 'request-rejected' : 'api-unavailable',
    says,
    facts,
  );
}

/** Returns the causes of a refused server-side apply (Kubernetes 1.34, managedfields/internal/conflict.go). */
function fieldConflicts(status: Status | undefined): FieldConflict[] {
  return (status?.causes ?? [])
    .filter(({ reason }) => reason === 'FieldManagerConflict')
    .map(({ message, field }) => ({
      manager: /conflict with "([^"]*)"/.exec(message)?.[1] ?? message,
      field,
    }));
}

function describeConflict({ manager, field }: FieldConflict): string {
  return `${manager} owns ${field}`;
}
