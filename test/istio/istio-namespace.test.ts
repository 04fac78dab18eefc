import { describe, expect, it } from 'vitest';
import { otherControlPlanes } from '../../src/istio/istio-namespace.js';

describe('otherControlPlanes', () => {
  it.each([
    [undefined, []],
    ['', []],
    ['hub', []],
    ['*', []],
    ['other', ['other']],
    ['hub, other', ['other']],
  ])('finds in %j the primaries %j', (annotation, others) => {
    expect(otherControlPlanes(annotation, 'hub')).toEqual(others);
  });
});
