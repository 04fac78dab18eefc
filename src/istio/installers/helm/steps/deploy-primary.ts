import type { StepResult } from '../../../../rollout/progress/step-results.js';
import type { PrimaryInput } from '../../../../rollout/resolve/resolved.js';
import { readControlPlaneDeployment } from '../../../control-plane/control-plane-deployment.js';
import { preparePrimaryNamespace } from '../../../control-plane/istio-namespace.js';
import { readMeshRoot } from '../../../control-plane/root-certificate.js';
import { isInjectorLive, readLive } from '../../../inject/injector-webhook.js';
import { injectorProofs } from '../../../istiod/injection/injector-proofs.js';
import { checkControlPlaneReady, makeBeforeBreak } from '../../../istiod/replacement/make-before-break.js';
import { noteReplacement } from '../../../istiod/replacement/note-replacement.js';
import { nothing, type Site } from '../../../steps/site.js';
import { summarise } from '../../../steps/summarise.js';
import { waitUntil } from '../../../steps/wait-until.js';
import { injectorsOf, phaseBeforeActivation, removeDefaultTag } from '../injector.js';
import { type EnsureOptions, ensureRelease, readRelease } from '../release/ensure-release.js';
import type { WantedRelease } from '../renderer.js';
import { replacesControlPlane, setReplacementPhase } from '../replacement.js';
import type { HelmOfRelease, HelmTools } from '../tool/helm-tools.js';
import { rootSoFar } from './mesh-root.js';
import { releaseOptions } from './release-options.js';
import { switchOnByUpgrade } from './switch-on.js';
import { writeRelease } from './write-release.js';

/**
 * The step `deploy-primary`: the namespace, the charts base and istiod, and in a second upgrade the injector, with istiod's
 * CA in it. Gateways are charts of their own, which the user installs.
 */
export async function deployPrimary(tools: HelmTools, site: Site, input: PrimaryInput): Promise<StepResult> {
  const { cluster: primary, step } = site;
  const { signal } = step;
  const helmOfRelease = await tools.require(input, signal);
  const { helm, renderer, version } = helmOfRelease;
  const namespace = await site.attempt(() => preparePrimaryNamespace(primary, input, signal));

  step.heartbeat('renders the charts of the primary');
  const root = await rootSoFar(primary, input.istioNamespace, signal);
  const on = await site.attempt(() =>
    renderer.primary(input, { injector: 'present', root }, input.revision, signal),
  );
  if (on === undefined) return summarise(0, 0, 'nothing is rendered');
  const wasLive = isInjectorLive(await readLive(primary, injectorsOf(on.istiod), signal), root);
  const phase = phaseBeforeActivation(wasLive, root);
  const { base, istiod } = await renderer.primary(input, phase, input.revision, signal);

  const options = releaseOptions(input, step);
  const first = await writeRelease(site, helm, base, options);
  const replaced = await replaceByUpgrade(site, helmOfRelease, input, istiod, options);
  step.heartbeat('applies the injector');
  const injection = await site.settle(
    () => applyInjection(site, helmOfRelease, input, wasLive, options),
    async () => (await writeRelease(site, helm, on.istiod, options)).changed,
  );
  const changed = Number(namespace ?? false) + first.changed + replaced + injection;
  return summarise(first.objects + on.istiod.objects.length + 1, changed, `istiod ${version} is ready`);
}

/**
 * Upgrades the release of istiod. Where that replaces its Pods, the old ones stay until attached remotes are pointed at the
 * new ones; returns how many objects were changed.
 */
async function replaceByUpgrade(
  site: Site,
  { helm }: HelmOfRelease,
  input: PrimaryInput,
  istiod: WantedRelease,
  options: EnsureOptions,
): Promise<number> {
  const { cluster: primary, step } = site;
  const { signal } = step;
  const live = await readControlPlaneDeployment(primary, input, signal);
  const replacement = await site.settle(async () => {
    const stored = await readRelease(primary, istiod, signal);
    if (!(await replacesControlPlane(primary, input, istiod, stored, signal))) return undefined;
    return await makeBeforeBreak(site, input, async () => {
      await setReplacementPhase(primary, input, 'replacing', signal);
      return (await ensureRelease(primary, helm, istiod, options)).changed;
    });
  }, nothing);
  const released = await writeRelease(site, helm, istiod, options);
  const standing = await site.attempt(() => setReplacementPhase(primary, input, 'standing', signal));
  await site.settle(
    () => waitUntil(step, () => checkControlPlaneReady(primary, input, signal)),
    () => noteReplacement(site, input, live),
  );
  if (replacement === undefined) return released.changed + Number(standing ?? false);
  await replacement.remotes.point('at the new istiod');
  return replacement.changed;
}

async function applyInjection(
  site: Site,
  { helm, renderer }: HelmOfRelease,
  input: PrimaryInput,
  wasLive: boolean,
  options: EnsureOptions,
): Promise<number> {
  const { cluster: primary, step } = site;
  const { signal } = step;
  const { istioNamespace, revision, accept } = input;
  const root = await waitUntil(step, () => readMeshRoot(primary, istioNamespace, signal));
  const { istiod } = await renderer.primary(input, { injector: 'present', root }, revision, signal);
  const proofs = await injectorProofs(
    primary,
    { istioNamespace, revision, accept, wasLive, namespaces: [] },
    step,
  );
  const mode = { revision, root, wasLive };
  const changed = await switchOnByUpgrade(site, helm, istiod, mode, proofs, options);
  return changed + (await removeDefaultTag(primary, input, signal));
}
