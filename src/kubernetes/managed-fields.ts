import type { KubernetesObject, ManagedFields } from './objects.js';

/** Who owns a label of an object, by the API server's own record. */
export function ownersOfLabel({ metadata }: KubernetesObject, label: string): ManagedFields[] {
  return (metadata.managedFields ?? []).filter(({ fieldsV1 }) => {
    const fields = fieldsV1 as { 'f:metadata'?: { 'f:labels'?: Record<string, unknown> } } | undefined;
    return fields?.['f:metadata']?.['f:labels']?.[`f:${label}`] !== undefined;
  });
}

/** What a manager has set by server-side apply, times left out: the fields themselves, as the API server keeps them. */
export function appliedFields(
  { managedFields = [] }: KubernetesObject['metadata'],
  fieldManager: string,
): unknown[] {
  return managedFields
    .filter(
      ({ manager, operation, subresource }) =>
        manager === fieldManager && operation === 'Apply' && !subresource,
    )
    .map(({ fieldsV1 }) => fieldsV1);
}
