import type { KubernetesObject, ManagedFields } from './objects.js';
import { fieldOf, mapsOf } from './untrusted.js';

/** Returns the entries of the API server's record of field owners, or none if there is no record. */
function entriesOf({ managedFields }: KubernetesObject['metadata']): readonly ManagedFields[] {
  return mapsOf(managedFields);
}

/** Returns the owners of a label of an object, according to the API server's record. */
export function ownersOfLabel(object: KubernetesObject, label: string): ManagedFields[] {
  return ownersOfField(object, ['metadata', 'labels', label]);
}

/**
 * Returns the owners of a field of an object, or of a part of it, according to the API server's record.
 *
 * @param path the field names from the top; lists are not supported
 */
export function ownersOfField({ metadata }: KubernetesObject, path: readonly string[]): ManagedFields[] {
  const fields = path.map((name) => `f:${name}`);
  return entriesOf(metadata).filter(({ fieldsV1 }) => fieldOf(fieldsV1, ...fields) !== undefined);
}

/** Returns what a manager has set by server-side apply, according to the API server's record. */
export function appliedBy(metadata: KubernetesObject['metadata'], fieldManager: string): ManagedFields[] {
  return entriesOf(metadata).filter(
    ({ manager, operation, subresource }) =>
      manager === fieldManager && operation === 'Apply' && !subresource,
  );
}

/** Returns only the fields of {@link appliedBy}, without the times. */
export function appliedFields(metadata: KubernetesObject['metadata'], fieldManager: string): unknown[] {
  return appliedBy(metadata, fieldManager).map(({ fieldsV1 }) => fieldsV1);
}
