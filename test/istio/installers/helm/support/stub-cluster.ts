import { gzipSync } from 'node:zlib';
import type { KubernetesObject } from '../../../../../src/kubernetes/client/objects.js';
import {
  refuse,
  type StubApiServer,
  startStubApiServer,
} from '../../../../kubernetes/support/stub-api-server.js';

export interface StubCluster extends StubApiServer {
  /** What it holds, by path. */
  readonly objects: Map<string, object>;
  /** The paths of what was deleted. */
  readonly deleted: string[];
}

/**
 * Starts an API server that holds some objects: it answers reads and deletions, lists Secrets, and takes a dry run for one
 * that changes nothing.
 */
export async function startStubCluster(objects: Record<string, object> = {}): Promise<StubCluster> {
  const held = new Map(Object.entries(objects));
  const deleted: string[] = [];
  const stub = await startStubApiServer(({ method, path }, response) => {
    const [plain = ''] = path.split('?');
    if (method === 'DELETE') {
      deleted.push(plain);
      return held.delete(plain)
        ? { kind: 'Status', apiVersion: 'v1', status: 'Success' }
        : refuse(response, 404);
    }
    if (plain.endsWith('/secrets')) {
      const items = [...held].filter(([name]) => name.startsWith(`${plain}/`)).map(([, object]) => object);
      return { apiVersion: 'v1', kind: 'SecretList', metadata: {}, items };
    }
    return held.get(plain) ?? refuse(response, 404, { reason: 'NotFound', details: {} });
  });
  return Object.assign(stub, { objects: held, deleted });
}

export interface RevisionSettings {
  readonly version?: number;
  readonly status?: string;
  readonly ageSeconds?: number;
  readonly labels?: Record<string, string>;
  readonly values?: object;
  readonly manifest?: string;
  readonly chartVersion?: string;
}

/** Returns the path and the Secret of a revision of the release `istiod`, as Helm writes it. */
export function revisionOf(settings: RevisionSettings = {}): Record<string, KubernetesObject> {
  const { version = 1, status = 'deployed', ageSeconds = 60, labels = {}, values = {} } = settings;
  const { manifest = '', chartVersion = '1.31.0' } = settings;
  const name = `sh.helm.release.v1.istiod.v${version}`;
  const release = {
    name: 'istiod',
    config: values,
    manifest,
    chart: { metadata: { version: chartVersion } },
    info: { status },
  };
  const encoded = gzipSync(JSON.stringify(release)).toString('base64');
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace: 'istio-system',
      uid: `uid-${version}`,
      creationTimestamp: new Date(Date.now() - ageSeconds * 1000).toISOString(),
      labels: { owner: 'helm', name: 'istiod', status, version: String(version), ...labels },
    },
    data: { release: Buffer.from(encoded).toString('base64') },
  };
  return { [`/api/v1/namespaces/istio-system/secrets/${name}`]: secret };
}
