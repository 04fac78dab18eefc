import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { LabCluster } from '../../../lab/lab.js';
import { SearchAttribute } from '../../../src/rollout/names.js';
import type { Secret } from '../../support/secrets.js';

interface StoredSecret {
  readonly metadata: { readonly name: string };
  readonly data?: Record<string, string>;
}

/** Every token, key, kubeconfig and CA of a cluster. */
export async function secretsOf(cluster: LabCluster): Promise<Secret[]> {
  const { name, adminToken, productToken, certificateAuthority } = cluster;
  const path = '/api/v1/namespaces/istio-system/secrets';
  const { items } = await cluster.api.get<{ items: StoredSecret[] }>(path);
  const stored = items.flatMap(({ metadata, data = {} }) =>
    Object.entries(data)
      .filter(([key, value]) => key !== 'namespace' && value !== '')
      .map(([key, value]) => ({
        name: `${key} of Secret ${metadata.name} of ${name}`,
        value: Buffer.from(value, 'base64').toString('utf8'),
      })),
  );
  const serviceAccountKey = join(dirname(cluster.kubeconfigPath), 'service-account.key');
  return [
    { name: `the administrator’s token of ${name}`, value: adminToken },
    { name: `the product’s token of ${name}`, value: productToken },
    { name: `the CA of ${name}`, value: certificateAuthority },
    { name: `the key of the ServiceAccounts of ${name}`, value: await readFile(serviceAccountKey, 'utf8') },
    ...stored,
  ];
}

/** What Temporal keeps and shows, as texts. */
export interface InTemporal {
  /** Of every workflow of the namespace, decoded. */
  readonly histories: string;
  /** Memo, search attributes, summaries, pending activities with their last failures and heartbeats. */
  readonly descriptions: string;
  /** Of the workflows of one mesh: what the Temporal UI shows as their current details. */
  readonly currentDetails: string;
}

/** @param mesh whose workflows a worker answers for */
export async function everythingInTemporal(address: string, mesh: string): Promise<InTemporal> {
  const connection = await Connection.connect({ address });
  try {
    const client = new Client({ connection });
    const [histories, descriptions, currentDetails]: string[][] = [[], [], []];
    for await (const { workflowId, runId } of client.workflow.list()) {
      const handle = client.workflow.getHandle(workflowId, runId);
      histories?.push(JSON.stringify(await handle.fetchHistory(), decodePayload));
      descriptions?.push(JSON.stringify((await handle.describe()).raw, decodePayload));
    }
    for await (const { workflowId, runId } of client.workflow.list({
      query: `${SearchAttribute.mesh} = '${mesh}'`,
    })) {
      const metadata = await client.workflow
        .getHandle(workflowId, runId)
        .query('__temporal_workflow_metadata');
      currentDetails?.push(JSON.stringify(metadata));
    }
    const joined = [histories, descriptions, currentDetails].map((texts = []) => texts.join('\n'));
    const [inHistories = '', inDescriptions = '', inDetails = ''] = joined;
    return { histories: inHistories, descriptions: inDescriptions, currentDetails: inDetails };
  } finally {
    await connection.close();
  }
}

/** Payloads are bytes, or base64 where protobuf has made JSON of itself; both hide what they hold. */
function decodePayload(key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  return key === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : value;
}
