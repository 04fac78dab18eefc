import type { LabCluster } from '../../../lab/lab.js';
import { frontApiServer } from './api-server-front.js';

/** A front of an API server that denies requests of one kind, as RBAC does. */
export interface RefusingFront {
  readonly kubeconfigPath: string;
  /** Denies what matches from now on, and nothing else; undefined: nothing. */
  deny(what: RegExp | undefined): void;
  close(): Promise<void>;
}

/** Opens a front for the product's account. */
export async function openRefusingFront(cluster: LabCluster): Promise<RefusingFront> {
  let denied: RegExp | undefined;
  const front = await frontApiServer(cluster, {
    before: (incoming, outgoing) => {
      if (!denied?.test(`${incoming.method} ${incoming.url}`)) return false;
      outgoing.writeHead(403, { 'content-type': 'application/json' });
      const message = 'things is forbidden: User "product" cannot use resource "things" in API group ""';
      const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: 403, reason: 'Forbidden' };
      outgoing.end(JSON.stringify({ ...status, message }));
      return true;
    },
  });
  return {
    kubeconfigPath: front.kubeconfigPath,
    deny: (what) => {
      denied = what;
    },
    close: front.close,
  };
}
