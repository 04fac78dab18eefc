import { isDeepStrictEqual } from 'node:util';
import type { Deployment } from '../../kubernetes/facts/deployment-readiness.js';

/** Whether a Deployment of the control plane would get new Pods: it is new, or would have another template. */
export function getsNewPods(before: Deployment | undefined, after: Deployment | undefined): boolean {
  return before === undefined || !isDeepStrictEqual(before.spec.template, after?.spec.template);
}
