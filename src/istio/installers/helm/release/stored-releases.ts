import { gunzipSync } from 'node:zlib';
import { isMap } from '../../../../base/is-map.js';
import type { ClusterClient } from '../../../../kubernetes/client/cluster-client.js';
import { collectionPath, objectPath } from '../../../../kubernetes/client/kinds.js';
import { METADATA_LIST_ONLY } from '../../../../kubernetes/client/metadata-only.js';
import type { KubernetesObject, ObjectReference } from '../../../../kubernetes/client/objects.js';
import { fieldOf, textOf } from '../../../../kubernetes/client/untrusted.js';
import type { Values } from '../../../../rollout/resolve/resolved.js';
import type { ReleaseName } from '../../../apply/helm-marks.js';

/**
 * What Helm knows of a release: one Secret for each revision (Helm 3.22 and 4.2, pkg/storage/driver/secrets.go). Reading
 * it costs the worker a request; asking Helm for the same costs a process.
 */

/** A revision, by the labels of its Secret. */
export interface Revision {
  readonly secret: ObjectReference & { readonly uid: string };
  readonly version: number;
  /** `deployed`, `superseded`, `failed`, `pending-install`, `pending-upgrade`, … */
  readonly status: string;
  /** Milliseconds since the epoch, by the clock of the API server. */
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
}

/** What a revision is made of. */
export interface StoredRelease {
  readonly revision: Revision;
  /** The values that the user of Helm has given. */
  readonly values: Values;
  readonly manifest: string;
  readonly chartVersion: string;
}

interface Secret extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

const GZIP = Buffer.from([0x1f, 0x8b, 0x08]);

/**
 * Returns the revisions of a release, the newest first; none when the release does not exist.
 *
 * @throws ClusterError
 */
export async function listRevisions(
  client: ClusterClient,
  { release, namespace }: ReleaseName,
  signal: AbortSignal,
): Promise<Revision[]> {
  const path = collectionPath('v1', 'Secret', namespace);
  const query = { labelSelector: `owner=helm,name=${release}` };
  const items = await client.list<KubernetesObject>(path, { query, accept: METADATA_LIST_ONLY, signal });
  return items.map(({ metadata }) => toRevision(metadata, namespace)).sort((a, b) => b.version - a.version);
}

/**
 * Returns what a revision is made of; undefined when it is gone, or Helm itself could not read it.
 *
 * @throws ClusterError
 */
export async function readStoredRelease(
  client: ClusterClient,
  revision: Revision,
  signal: AbortSignal,
): Promise<StoredRelease | undefined> {
  const secret = await client.get<Secret>(objectPath(revision.secret), { signal });
  const release = decode(secret?.data?.release);
  if (release === undefined) return undefined;
  const values = fieldOf(release, 'config');
  return {
    revision,
    values: isMap(values) ? values : {},
    manifest: textOf(fieldOf(release, 'manifest')),
    chartVersion: textOf(fieldOf(release, 'chart', 'metadata', 'version')),
  };
}

function toRevision(metadata: KubernetesObject['metadata'], namespace: string): Revision {
  const { name, uid = '', creationTimestamp = '', labels = {} } = metadata;
  return {
    secret: { apiVersion: 'v1', kind: 'Secret', namespace, name, uid },
    version: Number.parseInt(labels.version ?? '', 10) || 0,
    status: labels.status ?? '',
    createdAt: Date.parse(creationTimestamp) || 0,
    labels,
  };
}

/** JSON, gzipped unless it is old, in base64, which the Secret has in base64 again. */
function decode(data: string | undefined): unknown {
  if (data === undefined) return undefined;
  try {
    const bytes = Buffer.from(Buffer.from(data, 'base64').toString('latin1'), 'base64');
    const json = bytes.subarray(0, GZIP.length).equals(GZIP) ? gunzipSync(bytes) : bytes;
    return JSON.parse(json.toString('utf8'));
  } catch {
    return undefined;
  }
}
