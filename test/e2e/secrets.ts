import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { LabCluster } from '../../lab/lab.js';

/** Shorter pieces of a secret are found by chance. */
const SHORTEST = 24;

interface Secret {
  readonly metadata: { readonly name: string };
  readonly data?: Record<string, string>;
}

/** Every piece of a token, key, kubeconfig or CA of a cluster, as text and as base64. */
export async function secretsOf(cluster: LabCluster): Promise<string[]> {
  const { items } = await cluster.api.get<{ items: Secret[] }>('/api/v1/namespaces/istio-system/secrets');
  const values = items.flatMap(({ data }) =>
    Object.entries(data ?? {})
      .filter(([key]) => key !== 'namespace')
      .map(([, value]) => value),
  );
  const decoded = values.map((value) => Buffer.from(value, 'base64').toString('utf8'));
  const key = await readFile(join(dirname(cluster.kubeconfigPath), 'service-account.key'), 'utf8');
  const ca = cluster.certificateAuthority;
  const whole = [
    cluster.adminToken,
    cluster.productToken,
    key,
    ca,
    Buffer.from(ca).toString('base64'),
    ...values,
    ...decoded,
  ];
  return [...new Set(whole.flatMap(piecesOf))];
}

/** Lines, parts of a JWT, and chunks of long base64: what would be left of a secret that was cut or wrapped. */
function piecesOf(secret: string): string[] {
  const words = secret.split(/[\s."',:]+/).filter((word) => word.length >= SHORTEST);
  const chunks = words
    .filter((word) => word.length > 200)
    .flatMap((word) => word.slice(100).match(/.{80}/g) ?? []);
  const known = /^(eyJhbGciOi|-----|istio-|kubernetes|https?)/;
  return [...words, ...chunks].filter((word) => !known.test(word));
}

/** The decoded histories of every workflow that the server knows, as one text. */
export async function everyHistory(address: string): Promise<string> {
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection });
    const texts: string[] = [];
    for await (const { workflowId, runId } of client.workflow.list()) {
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      texts.push(JSON.stringify(history, decodePayload));
    }
    return texts.join('\n');
  } finally {
    await connection.close();
  }
}

/** Payloads are bytes, or base64 where protobuf has made JSON of itself; both hide what they hold. */
function decodePayload(key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return key === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : value;
}
