import type { KubernetesObject, ManagedFields } from './objects.js';

/** Who owns a label of an object, by the API server's own record. */
export function ownersOfLabel({ metadata }: KubernetesObject, label: string): ManagedFields[] {
  return (metadata.managedFields ?? []).filter(({ fieldsV1 }) => {
    const fields = fieldsV1 as { 'f:metadata'?: { 'f:labels'?: Record<string, unknown> } } | undefined;
    return fields?.['f:metadata']?.['f:labels']?.[`f:${label}`] !== undefined;
  });
}
