import { randomBytes } from 'node:crypto';
import type { KubernetesObject } from '../../kubernetes/client/objects.js';
import { MANAGED_BY } from '../../rollout/names.js';
import type { PodSpec } from '../inject/injection-probe.js';

/** A Pod, as the API server returns it when it was created. */
export interface ProbePod extends KubernetesObject {
  readonly spec: PodSpec;
}

/** The labels by which Pods that a killed worker has left behind are found. */
export const PROBE_LABELS = {
  'app.kubernetes.io/managed-by': MANAGED_BY,
  'mesh-rollout.dev/proof': 'probe-pod',
} as const;

/** No scheduler has this name: the Pod never runs anywhere. */
const SCHEDULER = 'mesh-rollout-never';

/** Returns a Pod that most policies allow, under a name that nobody else uses. */
export function probePod(namespace: string): KubernetesObject {
  const resources = { cpu: '10m', memory: '16Mi' };
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      namespace,
      name: `mesh-rollout-probe-${randomBytes(4).toString('hex')}`,
      labels: PROBE_LABELS,
    },
    spec: {
      schedulerName: SCHEDULER,
      automountServiceAccountToken: false,
      containers: [
        {
          name: 'probe',
          image: 'k8s.gcr.io/pause:3.1',
          resources: { requests: resources, limits: resources },
          securityContext: {
            runAsNonRoot: true,
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
        },
      ],
    },
  };
  return pod;
}
