import type { KubernetesObject } from '../../../kubernetes/client/objects.js';
import type { InstallRemoteResult } from '../../../rollout/progress/step-results.js';
import type { RemoteInput } from '../../../rollout/resolve/resolved.js';
import { RolloutError } from '../../../rollout/rollout-error.js';
import { writeEndpoints } from '../../release-1.4/endpoints.js';
import { checkInjectorCA, istioctlInjectorName } from '../../release-1.4/injector.js';
import { type Addresses, addressesOf, readReadyPods } from '../../release-1.4/ready-pods.js';
import { CONTROL_SERVICES } from '../../release-1.4/services.js';
import { listAddresses } from '../../release-1.4/steps/control-plane-endpoints.js';
import type { Site } from '../../steps/site.js';
import { summarise } from '../../steps/summarise.js';
import { waitUntil } from '../../steps/wait-until.js';
import { additionsOf } from './additions.js';
import { applyOnSite } from './apply-differences.js';
import { remoteCommand } from './command-lines.js';
import { noteAdditions } from './plan-differences.js';
import type { ToolBox } from './tools.js';

/** What the command says on a plan of a mesh whose control plane does not run yet. */
const UNKNOWN: Addresses = { pilot: [], policy: [], telemetry: [] };

/**
 * The step `install-remote`: the guide's command where something differs, then all Ready Pods of pilot, policy and telemetry
 * in the Endpoints. The Pods are read again: they may have moved since `collect-endpoints`.
 */
export async function installRemote(
  box: ToolBox,
  site: Site,
  input: RemoteInput,
): Promise<InstallRemoteResult> {
  const { cluster: remote, primary, step } = site;
  const { signal } = step;
  const { cluster, istioNamespace, values } = input;
  const { tool, renderings } = await box.of(input);
  const read = async () => addressesOf(await readReadyPods(primary, istioNamespace, signal));
  const addresses = await site.settle(
    () => waitUntil(step, read),
    () => read().catch(noneYet),
  );
  const injectorWasLive = await isInjectorLive(site, istioNamespace);

  step.heartbeat('renders the manifests of the remote');
  const settings = { cluster, istioNamespace, values };
  const rendered = await site.attempt(() => renderings.ofRemote(settings, signal));
  if (rendered === undefined) return { ...summarise(0, 0, 'nothing is rendered'), injectorWasLive };
  const manifests = rendered;
  const line = remoteCommand({ ...settings, addresses: firstOf(addresses) });
  noteAdditions(site, additionsOf(line.settings));
  const endpoints = manifests.filter(isEndpoints);
  const others = await site.settle(
    async () => manifests,
    // Rendered with placeholders for the addresses, which no API server accepts.
    async () => manifests.filter((manifest) => !endpoints.includes(manifest)),
  );
  const differences = await applyOnSite(tool, line, site, others);
  step.heartbeat('writes the Endpoints');
  const pointed = await site.attempt(() => writeEndpoints(remote, istioNamespace, addresses, signal));
  if (addresses === UNKNOWN)
    site.note('the addresses of pilot, policy and telemetry are known when the primary runs');

  const changed = differences.length + (pointed ?? 0);
  const fact = `Istio ${await tool.version()} points to ${listAddresses(addresses).join(', ')}`;
  return { ...summarise(manifests.length, changed, fact), injectorWasLive };
}

function noneYet(error: unknown): Addresses {
  if (error instanceof RolloutError && error.code === 'no-ready-endpoint') return UNKNOWN;
  throw error;
}

/** The guide takes the first Pod of each; the Endpoints get all of them. */
function firstOf({ pilot, policy, telemetry }: Addresses) {
  return { pilot: pilot[0] ?? '', policy: policy[0] ?? '', telemetry: telemetry[0] ?? '' };
}

function isEndpoints({ kind, metadata }: KubernetesObject): boolean {
  return kind === 'Endpoints' && CONTROL_SERVICES.some(({ name }) => name === metadata.name);
}

async function isInjectorLive({ cluster, step }: Site, istioNamespace: string): Promise<boolean> {
  try {
    await checkInjectorCA(cluster, istioNamespace, istioctlInjectorName(istioNamespace), step.signal);
    return true;
  } catch (error) {
    if (error instanceof RolloutError && error.code === 'webhook-ca-missing') return false;
    throw error;
  }
}
