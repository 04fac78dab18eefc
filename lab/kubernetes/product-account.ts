import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { isAnswer } from '../tolerate.js';
import { checkoutFolder } from '../tools/recipes-folder.js';
import type { Release } from '../tools/releases.js';
import { waitFor } from '../wait.js';
import { type ApiAccess, ApiClient } from './api-client.js';
import type { ClusterRole } from './lab-cluster.js';

/** The account of the product's manifests, as the API server names it in audit events. */
export const PRODUCT_USER = 'system:serviceaccount:mesh-rollout:mesh-rollout';

const TOKENS = '/api/v1/namespaces/mesh-rollout/serviceaccounts/mesh-rollout/token';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const REVIEWS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
/** Longer than any lab is meant to live. */
const TOKEN_SECONDS = 7 * 24 * 3600;
/** A namespace that is being created, or a role that the authorizer has not seen yet. */
const PATIENCE_MILLISECONDS = 30_000;

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly rules?: readonly Rule[];
  readonly roleRef?: { readonly kind: string; readonly name: string };
}

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

/**
 * Gives the product an account in a cluster, with exactly the rights that its manifests for such a cluster grant
 * (`deploy/permissions`), as an administrator would. Returns the account's token when every binding is in force.
 *
 * @param admin a client that may do everything
 */
export async function createProductAccount(
  admin: ApiClient,
  access: Omit<ApiAccess, 'token'>,
  role: ClusterRole,
  release: Release,
): Promise<string> {
  const manifests = await readManifests(role, release);
  // One after the other, as kubectl does: so they share a connection, and namespaces come before what is in them.
  for (const manifest of manifests) await create(admin, manifest);
  const request = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: TOKEN_SECONDS },
  };
  const { status } = await admin.post<{ status: { token: string } }>(TOKENS, request);
  await untilInForce({ ...access, token: status.token }, manifests);
  return status.token;
}

/**
 * Lets the account also have its rights in another namespace that is to have sidecars, as the manifests do for
 * `default`.
 */
export async function bindInNamespace(admin: ApiClient, namespace: string, release: Release): Promise<void> {
  const bindings = (await readManifests('remote', release)).filter(
    ({ kind, metadata }) => kind === 'RoleBinding' && metadata.namespace === 'default',
  );
  for (const binding of bindings) {
    await create(admin, { ...binding, metadata: { ...binding.metadata, namespace } });
  }
}

async function readManifests(role: ClusterRole, release: Release): Promise<Manifest[]> {
  const file = release === '1.4' ? `${role}-1.4.yaml` : `${role}.yaml`;
  const path = join(await checkoutFolder(), 'deploy', 'permissions', file);
  return parseAllDocuments(await readFile(path, 'utf8')).map((document) => document.toJS() as Manifest);
}

async function create(admin: ApiClient, manifest: Manifest): Promise<void> {
  await waitFor({
    what: `a place for ${manifest.kind} ${manifest.metadata.name}`,
    check: () => admin.post(collectionOf(manifest), manifest),
    // A new API server makes its own namespaces a moment after it is ready.
    tolerate: isAnswer(404),
    timeoutMilliseconds: PATIENCE_MILLISECONDS,
  });
}

function collectionOf({ kind, metadata: { namespace } }: Manifest): string {
  const within = namespace === undefined ? '' : `/namespaces/${namespace}`;
  switch (kind) {
    case 'Namespace':
      return '/api/v1/namespaces';
    case 'ServiceAccount':
      return `/api/v1${within}/serviceaccounts`;
    case 'Role':
    case 'RoleBinding':
    case 'ClusterRole':
    case 'ClusterRoleBinding':
      return `${RBAC}${within}/${kind.toLowerCase()}s`;
    default:
      throw new Error(`the lab does not know where a ${kind} goes`);
  }
}

/** Authorizers learn of roles and bindings by watches: one right of each binding is tried until it holds. */
async function untilInForce(access: ApiAccess, manifests: readonly Manifest[]): Promise<void> {
  const api = new ApiClient(access);
  const questions = manifests.flatMap(({ metadata: { namespace }, roleRef }) => {
    const role = manifests.find(
      ({ kind, metadata }) => kind === roleRef?.kind && metadata.name === roleRef.name,
    );
    const rule = role?.rules?.at(-1);
    return rule ? [attributesOf(rule, namespace)] : [];
  });
  const isAllowed = async (resourceAttributes: object) => {
    const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview' };
    const { status } = await api.post<{ status: { allowed: boolean } }>(REVIEWS, {
      ...review,
      spec: { resourceAttributes },
    });
    return status.allowed;
  };
  try {
    await waitFor({
      what: 'the rights of the product to be in force',
      check: async () => {
        for (const question of questions) if (!(await isAllowed(question))) return undefined;
        return true;
      },
      timeoutMilliseconds: PATIENCE_MILLISECONDS,
    });
  } finally {
    api.close();
  }
}

function attributesOf({ apiGroups, resources, resourceNames, verbs }: Rule, namespace: string | undefined) {
  const [resource, subresource] = (resources[0] ?? '').split('/');
  return { group: apiGroups[0], resource, subresource, name: resourceNames?.[0], verb: verbs[0], namespace };
}
