import type { KubernetesObject, ManagedFields } from './objects.js';
import { fieldOf, mapsOf } from './untrusted.js';

/** The entries of the API server's own record of who owns what; none where there is no such record. */
function entriesOf({ managedFields }: KubernetesObject['metadata']): readonly ManagedFields[] {
  return mapsOf(managedFields);
}

/** Who owns a label of an object, by the API server's own record. */
export function ownersOfLabel(object: KubernetesObject, label: string): ManagedFields[] {
  return ownersOfField(object, ['metadata', 'labels', label]);
}

/**
 * Who owns a field of an object, or a part of it, by the API server's own record.
 *
 * @param path names of fields from the top, none of them in a list
 */
export function ownersOfField({ metadata }: KubernetesObject, path: readonly string[]): ManagedFields[] {
  const fields = path.map((name) => `f:${name}`);
  return entriesOf(metadata).filter(({ fieldsV1 }) => fieldOf(fieldsV1, ...fields) !== undefined);
}

/** What a manager has set by server-side apply, as the API server keeps it. */
export function appliedBy(metadata: KubernetesObject['metadata'], fieldManager: string): ManagedFields[] {
  return entriesOf(metadata).filter(
    ({ manager, operation, subresource }) =>
      manager === fieldManager && operation === 'Apply' && !subresource,
  );
}

/** As {@link appliedBy}, times left out: the fields themselves. */
export function appliedFields(metadata: KubernetesObject['metadata'], fieldManager: string): unknown[] {
  return appliedBy(metadata, fieldManager).map(({ fieldsV1 }) => fieldsV1);
}
