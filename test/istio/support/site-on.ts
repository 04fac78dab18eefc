import type { Site } from '../../../src/istio/steps/site.js';
import type { ClusterClient } from '../../../src/kubernetes/client/cluster-client.js';
import { DryRunClient } from '../../../src/kubernetes/client/dry-run-client.js';

/** What happened on a site beside requests. */
export interface Notes {
  readonly notes: string[];
}

/**
 * Returns the site of a step on stand-ins of clusters.
 *
 * @param planned whether it is the site of a plan
 */
export function siteOn(cluster: ClusterClient, primary: ClusterClient, planned = false): Site & Notes {
  const notes: string[] = [];
  const signal = new AbortController().signal;
  const log = { info: () => {}, warn: () => {}, error: () => {} };
  return {
    notes,
    step: {
      signal,
      deadline: Date.now() + 4_000,
      heartbeat: () => {},
      takeBack: async (work) => void (await work(signal)),
      log,
    },
    // No step under test asks for other clusters.
    clusters: undefined as never,
    cluster,
    primary,
    attempt: (work) => work(),
    apply: () => Promise.reject(new Error('nothing is applied server-side')),
    settle: (work, plan) => (planned ? plan(new DryRunClient(cluster)) : work()),
    note: (text) => void notes.push(text),
  };
}
