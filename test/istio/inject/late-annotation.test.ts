import { describe, expect, it } from 'vitest';
import { isAnnotatedLate } from '../../../src/istio/inject/late-annotation.js';

const namespace = (time?: string) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: {
    name: 'istio-system',
    managedFields: time === undefined ? [] : [{ manager: 'mesh-rollout', operation: 'Apply', time }],
  },
});
const secret = (creationTimestamp: string, writtenAt = creationTimestamp) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 's', creationTimestamp, managedFields: [{ manager: 'kubectl', time: writtenAt }] },
});

describe('isAnnotatedLate', () => {
  it('suspects a secret that is older than the annotation, or as old', () => {
    expect(isAnnotatedLate(namespace('2026-11-22T10:00:05Z'), secret('2026-11-22T10:00:00Z'))).toBe(true);
    expect(isAnnotatedLate(namespace('2026-11-22T10:00:05Z'), secret('2026-11-22T10:00:05Z'))).toBe(true);
  });

  it('suspects no secret that was written after the annotation', () => {
    expect(isAnnotatedLate(namespace('2026-11-22T10:00:05Z'), secret('2026-11-22T10:00:06Z'))).toBe(false);
    const touched = secret('2026-11-22T10:00:00Z', '2026-11-22T10:00:09Z');
    expect(isAnnotatedLate(namespace('2026-11-22T10:00:05Z'), touched)).toBe(false);
  });

  it('suspects an annotation of which nothing is known', () => {
    expect(isAnnotatedLate(namespace(), secret('2026-11-22T10:00:00Z'))).toBe(true);
  });
});
