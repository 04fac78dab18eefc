import { ClusterError, type FieldConflict } from './cluster-error.js';
import { type AnswerFacts, type Status, shorten } from './status.js';

/** 409: another field manager (a person must decide), a name that is taken, or a write that came first (try again). */
export function conflict(says: string, status: Status | undefined, facts: AnswerFacts): ClusterError {
  const conflicts = fieldConflicts(status);
  if (conflicts.length > 0) {
    const message = `other field managers own what is to be set: ${conflicts.map(describeConflict).join(', ')}`;
    return new ClusterError('field-conflict', shorten(message), { ...facts, conflicts });
  }
  return new ClusterError(
    status?.reason === 'AlreadyExists' ? 'request-rejected' : 'api-unavailable',
    says,
    facts,
  );
}

/** The causes of a refused server-side apply (Kubernetes 1.34, managedfields/internal/conflict.go). */
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
