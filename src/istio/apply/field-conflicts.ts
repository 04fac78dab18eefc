import {
  describeObject,
  type KubernetesObject,
  type ObjectReference,
} from '../../kubernetes/client/objects.js';
import { ClusterError, type FieldConflict } from '../../kubernetes/errors/cluster-error.js';
import { ADMISSIONS_ENFORCER } from './admissions-enforcer.js';
import { ISTIOCTL_MANAGER } from './ownership.js';

/** What to do about a refused apply of what istioctl rendered. */
export interface Settlement {
  /** Fields of webhooks that stay istiod's: they are left out of the object. */
  readonly leave: readonly WebhookField[];
  /** Fields of istioctl itself, and selectors of the admissions enforcer, are taken over. */
  readonly force: boolean;
}

/** The fields that istiod keeps up to date in webhook configurations. */
const ISTIOD_FIELDS = ['caBundle', 'failurePolicy'] as const;
export type WebhookField = (typeof ISTIOD_FIELDS)[number];

/** istiod's field manager: the name of its binary. */
const ISTIOD_MANAGER = 'pilot-discovery';

/**
 * Managers whose fields belong to the installation: `istioctl install` applies as one, and deactivates the injector
 * with an update under the name of its binary (istio 1.31, istioctl/pkg/tag/util.go, DeactivateIstioInjectionWebhook);
 * `istioctl create-remote-secret` applies the reader's account and role as `istio-ci` (pkg/kube/client.go).
 */
export const ISTIOCTL_MANAGERS: ReadonlySet<string> = new Set([ISTIOCTL_MANAGER, 'istioctl', 'istio-ci']);

/**
 * Horizontal autoscalers set replicas under this name. The charts render replicas only where the autoscaler is switched
 * off; it is pruned then.
 */
const AUTOSCALER = 'kube-controller-manager';

/**
 * Whether conflicts are with known parts of Istio only. `istioctl install` forces every apply; here a field that a
 * person or another tool has set is not taken away from them.
 *
 * istiod writes its CA into every webhook and sets the failure policy of validating ones to Fail once it answers
 * (istio 1.31, pkg/webhooks/webhookpatch.go, pkg/webhooks/validation/controller/controller.go).
 *
 * A selector of the admissions enforcer is taken over: the caller keeps its expressions in it, so that the enforcer finds
 * all that it wants there.
 *
 * @returns undefined when another manager is involved
 */
export function settleConflicts(conflicts: readonly FieldConflict[]): Settlement | undefined {
  const leave = new Set<WebhookField>();
  let force = false;
  for (const { manager, field } of conflicts) {
    const ofIstiod = ISTIOD_FIELDS.find((name) => field.endsWith(`.${name}`));
    if (ISTIOCTL_MANAGERS.has(manager)) force = true;
    else if (manager === AUTOSCALER && field === '.spec.replicas') force = true;
    else if (manager === ADMISSIONS_ENFORCER && field.endsWith('.namespaceSelector')) force = true;
    else if (manager === ISTIOD_MANAGER && ofIstiod !== undefined) leave.add(ofIstiod);
    else return undefined;
  }
  return { leave: [...leave], force };
}

/** The error with the object in its message: a conflict itself names fields only. Other errors stay what they are. */
export function namingObject(object: KubernetesObject | ObjectReference, error: unknown): unknown {
  if (!(error instanceof ClusterError) || error.conflicts.length === 0) return error;
  const { code, message, cluster = '', status = 409, reason = 'Conflict', conflicts } = error;
  const facts = { cluster, status, reason, conflicts, cause: error };
  return new ClusterError(code, `${describeObject(object)}: ${message}`, facts);
}
