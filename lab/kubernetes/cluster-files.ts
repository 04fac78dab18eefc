import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { PRODUCT_USER } from './product-account.js';

/** Files that a cluster's API server is started with, by absolute path, and what tests need to know of them. */
export interface ClusterFiles {
  /** All of a cluster's files. */
  directory: string;
  /** Where the API server writes its own certificate (`apiserver.crt`, with its CA after it) and key. */
  certificates: string;
  serviceAccountKey: string;
  tokens: string;
  tokenWebhook: string;
  egressSelector: string;
  auditPolicy: string;
  /** Where the API server writes what the product asked of it: one JSON object a line. */
  auditLog: string;
  /** Token of the user `admin`, group `system:masters`. */
  adminToken: string;
}

/** Where the API server asks what it cannot answer alone. */
export interface ClusterPeers {
  /** URL of the lab's token review for this cluster. */
  tokenReviewUrl: string;
  /** Unix socket of the cluster's egress proxy. */
  egressSocket: string;
}

/** Writes the files of a new cluster into `directory`. */
export async function writeClusterFiles(directory: string, peers: ClusterPeers): Promise<ClusterFiles> {
  const files: ClusterFiles = {
    directory,
    certificates: join(directory, 'certificates'),
    serviceAccountKey: join(directory, 'service-account.key'),
    tokens: join(directory, 'tokens.csv'),
    tokenWebhook: join(directory, 'token-webhook.yaml'),
    egressSelector: join(directory, 'egress-selector.yaml'),
    auditPolicy: join(directory, 'audit-policy.yaml'),
    auditLog: join(directory, 'audit.log'),
    adminToken: randomBytes(16).toString('hex'),
  };
  // Elliptic, because an RSA key takes up to half a second. One for each cluster: no cluster takes another's tokens.
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  // An earlier cluster of that name left a certificate, for another address; kube-apiserver would take it.
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await Promise.all([
    writeFile(files.serviceAccountKey, privateKey.export({ type: 'sec1', format: 'pem' }), { mode: 0o600 }),
    writeFile(files.tokens, `${files.adminToken},admin,admin,system:masters\n`, { mode: 0o600 }),
    writeFile(files.tokenWebhook, stringify(tokenWebhook(peers.tokenReviewUrl))),
    writeFile(files.egressSelector, stringify(egressSelector(peers.egressSocket))),
    writeFile(files.auditPolicy, stringify(AUDIT_POLICY)),
  ]);
  return files;
}

/** Only the product's requests, when they are answered, without their bodies. */
const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived', 'ResponseStarted'],
  rules: [{ level: 'Metadata', users: [PRODUCT_USER] }, { level: 'None' }],
};

function tokenWebhook(server: string) {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'lab', cluster: { server } }],
    users: [{ name: 'api-server', user: {} }],
    contexts: [{ name: 'lab', context: { cluster: 'lab', user: 'api-server' } }],
    'current-context': 'lab',
  };
}

// "cluster" is the traffic to Pods, Services and kubelets: webhooks, port-forward, proxied requests.
function egressSelector(socket: string) {
  return {
    apiVersion: 'apiserver.k8s.io/v1beta1',
    kind: 'EgressSelectorConfiguration',
    egressSelections: [
      {
        name: 'cluster',
        connection: { proxyProtocol: 'HTTPConnect', transport: { uds: { udsName: socket } } },
      },
    ],
  };
}
