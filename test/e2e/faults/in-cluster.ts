import { ApiClient } from '../../../lab/kubernetes/api-client.js';
import { PRODUCT_USER } from '../../../lab/kubernetes/product-account.js';
import type { LabCluster } from '../../../lab/lab.js';
import { isAnswer } from '../../../lab/tolerate.js';
import { until } from '../../support/wait.js';
import { withdraw } from '../support/withdraw.js';
import type { Fault, Target } from './fault.js';

/** A request that changes nothing, and that a fault refuses. */
export interface Sample {
  readonly method: 'post' | 'patch';
  readonly path: string;
  readonly body: object;
}

/** Permissions of the product's account that somebody takes away. */
export function permissionGone(
  { cluster }: Target,
  ...withdrawn: { role: string; group: string; resource: string; verb: string; namespace?: string }[]
): Fault {
  const grants: (() => Promise<void>)[] = [];
  return {
    begin: async () => {
      for (const { role, verb, ...where } of withdrawn) {
        grants.unshift(await withdraw(cluster, role, { ...where, verbs: [verb] }));
      }
    },
    end: async () => {
      for (const grant of grants) await grant();
    },
  };
}

/** A quota of a namespace. */
export function quota(
  { cluster }: Target,
  namespace: string,
  hard: Readonly<Record<string, string>>,
  sample: Sample,
): Fault {
  const path = `/api/v1/namespaces/${namespace}/resourcequotas`;
  const metadata = { name: 'fault' };
  return {
    begin: async () => {
      await cluster.api.post(path, { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard } });
      // Not every cluster of the lab has the controller that counts.
      const used = Object.fromEntries(Object.keys(hard).map((name) => [name, '0']));
      await cluster.api.patch(`${path}/fault/status`, 'merge-patch+json', { status: { hard, used } });
      await untilRefused(cluster.api, sample, 403);
    },
    end: async () => {
      await cluster.api.delete(`${path}/fault`);
      await untilAllowed(cluster.api, sample, 403);
    },
  };
}

/** A webhook that refuses what the product writes. */
export function refusingWebhook(
  { cluster, webhook: { clientConfig } }: Target,
  rule: { apiGroups: string[]; resources: string[] },
  condition: string,
  sample: Sample,
): Fault {
  const path = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations';
  const webhook = {
    name: 'fault.test.local',
    clientConfig,
    rules: [{ ...rule, apiVersions: ['*'], operations: ['CREATE', 'UPDATE'] }],
    matchConditions: [
      { name: 'product', expression: `request.userInfo.username == "${PRODUCT_USER}"` },
      { name: 'where', expression: condition },
    ],
    failurePolicy: 'Fail',
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  };
  return {
    begin: async () => {
      await cluster.api.post(path, {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingWebhookConfiguration',
        metadata: { name: 'fault' },
        webhooks: [webhook],
      });
      await asProduct(cluster, (product) => untilRefused(product, sample, 400));
    },
    end: async () => {
      await cluster.api.delete(`${path}/fault`);
      await asProduct(cluster, (product) => untilAllowed(product, sample, 400));
    },
  };
}

/** Fields that another field manager applies, and gives up in the end. */
export function foreignFields(
  { cluster }: Target,
  path: string,
  object: {
    apiVersion: string;
    kind: string;
    metadata: { name: string; labels?: object };
    [field: string]: unknown;
  },
): Fault {
  const apply = (applied: object) =>
    cluster.api.patch(`${path}?fieldManager=gitops&force=true`, 'apply-patch+yaml', applied);
  const { apiVersion, kind, metadata } = object;
  return {
    begin: async () => {
      await apply(object);
    },
    end: async () => {
      await apply({ apiVersion, kind, metadata: { name: metadata.name } });
    },
  };
}

/** An object that somebody else made for something else, under a name that the product uses. */
export function foreignObject(
  { cluster }: Target,
  collection: string,
  object: { metadata: { name: string } },
): Fault {
  return {
    begin: async () => {
      await cluster.api.post(collection, object);
    },
    end: async () => {
      await cluster.api.delete(`${collection}/${object.metadata.name}`);
    },
  };
}

async function asProduct(cluster: LabCluster, use: (product: ApiClient) => Promise<void>): Promise<void> {
  const product = new ApiClient({ ...cluster, token: cluster.productToken });
  try {
    await use(product);
  } finally {
    product.close();
  }
}

async function untilRefused(api: ApiClient, sample: Sample, status: number): Promise<void> {
  await until(`${sample.path} to be refused`, () => isRefused(api, sample, status));
}

async function untilAllowed(api: ApiClient, sample: Sample, status: number): Promise<void> {
  await until(`${sample.path} to be allowed`, async () => !(await isRefused(api, sample, status)));
}

async function isRefused(api: ApiClient, { method, path, body }: Sample, status: number): Promise<boolean> {
  const dryRun = `${path}?dryRun=All`;
  try {
    await (method === 'post' ? api.post(dryRun, body) : api.patch(dryRun, 'merge-patch+json', body));
    return false;
  } catch (error) {
    if (isAnswer(status)(error)) return true;
    throw error;
  }
}
