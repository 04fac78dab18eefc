import { describe, expect, it } from 'vitest';
import { syncStatusOf } from '../../src/istio/sync-status.js';

/** An answer of istiod 1.31.0. */
const RECORDED = `[
  {
    "id": "hub",
    "syncStatus": "synced"
  },
  {
    "id": "eu-1",
    "secretName": "istio-system/istio-remote-secret-eu-1",
    "syncStatus": "syncing"
  }
]`;

describe('syncStatusOf', () => {
  it('gives what istiod says about the cluster', () => {
    expect(syncStatusOf(RECORDED, 'hub')).toBe('synced');
    expect(syncStatusOf(RECORDED, 'eu-1')).toBe('syncing');
  });

  it('says unknown of a cluster that istiod does not name', () => {
    expect(syncStatusOf(RECORDED, 'eu')).toBe('unknown');
    expect(syncStatusOf('null', 'eu-1')).toBe('unknown');
  });

  it('says so when the answer is none', () => {
    expect(syncStatusOf('<html>', 'eu-1')).toBe('something that is not JSON');
  });
});
