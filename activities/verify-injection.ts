import { type ProbeVerdict, probeInjection } from '../src/istio/injection-probe.js';
import { countPodsWithoutSidecar } from '../src/istio/pods-without-sidecar.js';
import { checkRootCertificate, readMeshRoot } from '../src/istio/root-certificate.js';
import type { Activities } from '../src/rollout/activities.js';
import { FINDINGS } from '../src/rollout/codes.js';
import { concurrently } from '../src/rollout/concurrently.js';
import type { Finding } from '../src/rollout/findings.js';
import type { RemoteInput } from '../src/rollout/resolved.js';
import { defineStep } from './activity.js';
import type { ActivityDependencies } from './dependencies.js';
import { summarise } from './summarise.js';
import { waitUntil } from './wait-until.js';

const CONCURRENCY = 4;
const REASON_LENGTH = 300;

interface Proven {
  readonly name: string;
  readonly verdict: ProbeVerdict;
  readonly podsWithoutSidecar: number;
}

/**
 * The activity `verifyInjection`: a dry-run Pod in each labelled namespace comes back with the sidecar of this remote, and
 * each has the root certificate that sidecars need. Running Pods without a sidecar are counted: restarting them is the
 * user's business.
 */
export function verifyInjection({ clusters }: ActivityDependencies): Activities['verifyInjection'] {
  return defineStep(async (input: RemoteInput, step) => {
    const { signal } = step;
    const { cluster, istioNamespace, namespaces } = input;
    const [remote, primary] = await Promise.all([clusters.get(cluster), clusters.get(input.primary)]);
    const root = await waitUntil(step, () => readMeshRoot(primary, istioNamespace, signal));

    const proven = await concurrently(namespaces, CONCURRENCY, async ({ name }): Promise<Proven> => {
      step.heartbeat(`tries a Pod in namespace ${name}`);
      const verdict = await waitUntil(step, () => probeInjection(remote, name, cluster, signal));
      await waitUntil(step, () => checkRootCertificate(remote, name, root, signal));
      return { name, verdict, podsWithoutSidecar: await countPodsWithoutSidecar(remote, name, signal) };
    });

    const injected = proven.flatMap(({ name, verdict }) => (verdict.verdict === 'injected' ? [name] : []));
    const unproven = proven.flatMap(({ name, verdict }) => (verdict.verdict === 'unproven' ? [name] : []));
    const podsWithoutSidecar = proven.reduce((sum, each) => sum + each.podsWithoutSidecar, 0);
    const pods = podsWithoutSidecar === 0 ? '' : `; ${podsWithoutSidecar} running Pods have no sidecar`;
    const fact = `injection proven in ${injected.length} of ${proven.length} namespaces${pods}`;
    const findings = proven.flatMap((each) => findingsOf(cluster, each));
    return {
      ...summarise(proven.length, 0, fact),
      ...(findings.length === 0 ? {} : { findings }),
      injected,
      unproven,
      podsWithoutSidecar,
    };
  });
}

function findingsOf(cluster: string, { name, verdict, podsWithoutSidecar }: Proven): Finding[] {
  const about = { cluster, where: `Namespace ${name}` };
  const findings: Finding[] = [];
  if (verdict.verdict === 'unproven') {
    const code = 'injection-unproven';
    const what = `the probe Pod was refused: ${verdict.reason.slice(0, REASON_LENGTH)}`;
    findings.push({ code, severity: 'warn', ...about, what, action: FINDINGS[code].action });
  }
  if (podsWithoutSidecar > 0) {
    const code = 'pods-without-sidecar';
    const what = `${podsWithoutSidecar} running Pods have no sidecar`;
    findings.push({ code, severity: 'info', ...about, what, action: FINDINGS[code].action });
  }
  return findings;
}
