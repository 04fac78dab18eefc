import { ApiClient } from '../../../lab/kubernetes/api-client.js';
import type { LabCluster } from '../../../lab/lab.js';
import { until } from '../../support/wait.js';

interface Rule {
  readonly apiGroups: string[];
  readonly resources: string[];
  readonly verbs: string[];
}

/**
 * Takes verbs on a resource from the product's account in a cluster.
 * Gives a function that grants them again. Both return when the API server has seen it.
 *
 * @param role ClusterRole of `deploy/permissions` that grants them, in `without.namespace` if it is bound there
 */
export async function withdraw(
  cluster: LabCluster,
  role: string,
  without: { group: string; resource: string; verbs: string[]; namespace?: string },
): Promise<() => Promise<void>> {
  const path = `/apis/rbac.authorization.k8s.io/v1/clusterroles/${role}`;
  const { rules } = await cluster.api.get<{ rules: Rule[] }>(path);
  const isMeant = ({ apiGroups, resources }: Rule) =>
    apiGroups.includes(without.group) && resources.includes(without.resource);
  const fewer = rules
    .map((rule) =>
      isMeant(rule) ? { ...rule, verbs: rule.verbs.filter((verb) => !without.verbs.includes(verb)) } : rule,
    )
    .filter(({ verbs }) => verbs.length > 0);
  const set = async (now: Rule[], allowed: boolean) => {
    await cluster.api.patch(path, 'merge-patch+json', { rules: now });
    await until('the API server to know the role', async () => {
      const answers = await Promise.all(
        without.verbs.map((verb) => isAllowed(cluster, { ...without, verb })),
      );
      return answers.every((answer) => answer === allowed);
    });
  };
  await set(fewer, false);
  return () => set(rules, true);
}

async function isAllowed(
  cluster: LabCluster,
  { group, resource, verb, namespace }: { group: string; resource: string; verb: string; namespace?: string },
): Promise<boolean> {
  const api = new ApiClient({ ...cluster, token: cluster.productToken });
  try {
    const review = await api.post<{ status: { allowed: boolean } }>(
      '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { group, resource, verb, namespace } },
      },
    );
    return review.status.allowed;
  } finally {
    api.close();
  }
}
