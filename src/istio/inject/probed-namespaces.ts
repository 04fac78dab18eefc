import type { Finding } from '../../rollout/checks/findings.js';
import { FINDINGS } from '../../rollout/codes.js';
import type { Proof } from '../../rollout/progress/step-results.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import type { ProbeVerdict } from './injection-probe.js';

const REASON_LENGTH = 300;

/** What a Pod in a namespace has shown. */
export interface ProbedNamespace {
  readonly name: string;
  readonly verdict: ProbeVerdict;
}

/**
 * Makes sure that a sidecar is allowed wherever a Pod is.
 *
 * @param accept codes of findings that the user has taken on; `injection-unproven` lets namespaces pass that refuse every
 * probe Pod
 * @throws RolloutError `injection-refused` or `injection-not-proven`, with every namespace and the reason
 */
export function requireInjection(
  cluster: string,
  probed: readonly ProbedNamespace[],
  accept: readonly string[],
): void {
  const refused = reasons(probed, 'refused');
  if (refused.length > 0) throw new RolloutError('injection-refused', refused.join('; '), { cluster });
  const unproven = accept.includes('injection-unproven') ? [] : reasons(probed, 'unproven');
  if (unproven.length > 0) throw new RolloutError('injection-not-proven', unproven.join('; '), { cluster });
}

/** The findings about namespaces in which nothing could be proven. */
export function unprovenFindings(cluster: string, probed: readonly ProbedNamespace[]): Finding[] {
  return probed.flatMap(({ name, verdict }): Finding[] => {
    if (verdict.verdict !== 'unproven') return [];
    const code = 'injection-unproven';
    const what = `every probe Pod was refused: ${verdict.reason.slice(0, REASON_LENGTH)}`;
    const where = `Namespace ${name}`;
    return [{ code, severity: 'warn', cluster, where, what, action: FINDINGS[code].action }];
  });
}

function reasons(probed: readonly ProbedNamespace[], wanted: 'refused' | 'unproven'): string[] {
  const what = wanted === 'refused' ? 'refuses Pods with a sidecar' : 'refuses every probe Pod';
  return probed.flatMap(({ name, verdict }) =>
    verdict.verdict === wanted
      ? [`namespace ${name} ${what}: ${verdict.reason.slice(0, REASON_LENGTH)}`]
      : [],
  );
}

/** Returns what was proven of injection. A policy can refuse the Pod of a probe, so that nothing is proven there. */
export function injectionProofs(probed: readonly ProbedNamespace[]): Proof[] {
  const what = 'injection';
  const [injected, unproven] = [namesOf(probed, 'injected'), namesOf(probed, 'unproven')];
  return [
    ...(injected.length === 0 ? [] : [{ what, value: injected.join(', '), proven: true }]),
    ...(unproven.length === 0 ? [] : [{ what, value: unproven.join(', '), proven: false }]),
  ];
}

/** Returns the names of the namespaces with a verdict. */
export function namesOf(probed: readonly ProbedNamespace[], wanted: 'injected' | 'unproven'): string[] {
  return probed.flatMap(({ name, verdict }) => (verdict.verdict === wanted ? [name] : []));
}
