import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/cli/api-error.js';
import { readDocument } from '../../src/cli/document-file.js';

const TEXT = `mesh: shop
values:
  podAnnotations:
    sidecar.istio.io/inject: "true"
remotes:
  - cluster: eu-1
  - cluster: eu-2
    values: {}
`;

describe('readDocument', () => {
  it('knows on which line a path stands', () => {
    const { locate } = readDocument('shop.yaml', TEXT);
    expect(locate('mesh')).toBe('shop.yaml:1');
    expect(locate('remotes[1].cluster')).toBe('shop.yaml:7');
    expect(locate('values.podAnnotations["sidecar.istio.io/inject"]')).toBe('shop.yaml:4');
  });

  it('takes the parent of what is missing, and no line at the top', () => {
    const { locate } = readDocument('shop.yaml', TEXT);
    expect(locate('remotes[1].selector')).toBe('shop.yaml:7');
    expect(locate('primary')).toBe('shop.yaml');
    expect(locate('')).toBe('shop.yaml');
    expect(locate('remotes[7].cluster')).toBe('shop.yaml:6');
  });

  it('reads JSON', () => {
    expect(readDocument('shop.json', '{"mesh": "shop", "remotes": []}').document).toEqual({
      mesh: 'shop',
      remotes: [],
    });
  });

  it('tells every place that is no YAML', () => {
    expect(() => readDocument('shop.yaml', 'a: 1\na: 2\nb: [\n')).toThrow(UsageError);
    expect(() => readDocument('shop.yaml', 'a: 1\na: 2\n')).toThrow(/shop.yaml:2 {2}Map keys must be unique/);
  });
});
