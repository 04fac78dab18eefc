import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LabCluster } from '../../lab/lab.js';
import { useProduct } from '../support/product.js';
import * as api from './api.js';
import { type Fleet, freshFleet } from './fleet.js';

/** Shorter pieces of a secret are found by chance. */
const SHORTEST = 24;

describe('secrets', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    await useProduct();
    fleet = await freshFleet([{}]);
  });
  afterAll(() => fleet.remove());

  test('are in no history, no log and no answer of the API, after success and after a refused token', async () => {
    const product = await useProduct();
    await api.start(fleet.document());
    await api.reaches(fleet.mesh, 'Succeeded');
    const secrets = (await Promise.all([fleet.primary, ...fleet.remotes].map(secretsOf))).flat();
    expect(secrets.length).toBeGreaterThan(20);

    // Errors are where secrets leak: the same rollout with credentials that the cluster refuses.
    const [remote] = fleet.remotes;
    if (!remote) throw new Error('the fleet has a remote');
    const kubeconfig = await readFile(remote.productKubeconfigPath, 'utf8');
    const stale = 'stale-token-0123456789abcdef0123456789';
    await writeFile(remote.productKubeconfigPath, kubeconfig.replace(remote.productToken, stale));
    secrets.push(stale);
    await api.start(fleet.document());
    await api.cluster(
      fleet.mesh,
      remote.name,
      'is refused',
      ({ attention }) => attention?.code === 'credentials-rejected',
    );
    await writeFile(remote.productKubeconfigPath, kubeconfig);
    const retried = await api.call('POST', `/v1/rollouts/${fleet.mesh}/retry`, { cluster: remote.name });
    expect(retried.status, retried.text).toBeLessThan(300);
    await api.reaches(fleet.mesh, 'Succeeded');

    const histories = await everyHistory(fleet.lab.temporal.address);
    expect(histories).toContain(fleet.mesh);
    const logs = await Promise.all([
      readFile(product.workerLog, 'utf8'),
      readFile(product.serverLog, 'utf8'),
    ]);
    const places = {
      histories,
      'the log of the worker': logs[0],
      'the log of the API': logs[1],
      'answers of the API': api.answers.join('\n'),
    };
    for (const [place, text] of Object.entries(places)) {
      const found = secrets
        .filter((secret) => text.includes(secret))
        .map((secret) => `${secret.slice(0, 8)}…`);
      expect(found, place).toEqual([]);
    }
  });
});

interface Secret {
  readonly metadata: { readonly name: string };
  readonly data?: Record<string, string>;
}

/** Every piece of a token, key, kubeconfig or CA of a cluster, as text and as base64. */
async function secretsOf(cluster: LabCluster): Promise<string[]> {
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
async function everyHistory(address: string): Promise<string> {
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
