/** One payload of a history. */
export interface FoundPayload {
  readonly bytes: number;
  /** The position in its event, such as `activityTaskCompletedEventAttributes.result.payloads.0`. */
  readonly where: string;
}

/**
 * Returns every payload in a part of a history, in the form of the SDK's protobuf classes: an object with `metadata`
 * and bytes as `data`. Inputs, results, failure details, memos, headers and search attributes all have this form.
 */
export function payloadsIn(value: unknown, where = ''): FoundPayload[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [];
  const { metadata, data } = value as { metadata?: unknown; data?: unknown };
  if (data instanceof Uint8Array && typeof metadata === 'object') return [{ bytes: data.byteLength, where }];
  return Object.entries(value).flatMap(([key, inner]) =>
    payloadsIn(inner, where === '' ? key : `${where}.${key}`),
  );
}
