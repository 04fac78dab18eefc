import type { LabCluster } from '../../../lab/lab.js';
import { type Front, frontApiServer } from './api-server-front.js';

/**
 * A stand-in for a cluster of another Kubernetes version: the real API server behind a front that answers `/version`
 * with a version of the test's choice. Only one version of Kubernetes is built for the lab.
 */
export function pretendVersion(cluster: LabCluster, gitVersion: string): Promise<Front> {
  return frontApiServer(cluster, {
    before: ({ url }, outgoing) => {
      if (!url?.startsWith('/version')) return false;
      const [major, minor] = gitVersion.slice(1).split('.');
      outgoing
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ major, minor, gitVersion }));
      return true;
    },
  });
}
