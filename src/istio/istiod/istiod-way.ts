import type { InstallRemoteResult, StepResult } from '../../rollout/progress/step-results.js';
import type { PrimaryInput, RemoteInput } from '../../rollout/resolve/resolved.js';
import type { Manifest } from '../apply/manifests.js';
import type { Site } from '../steps/site.js';

/** What ways of installing a release with istiod do differently: how they render, write, own and prune. */
export interface IstiodWay {
  /** The step `deploy-primary`. */
  deployPrimary(site: Site, input: PrimaryInput): Promise<StepResult>;
  /** The step `install-remote`: everything of the remote profile but the injector webhook, and the endpoints. */
  installRemote(site: Site, input: RemoteInput): Promise<InstallRemoteResult>;
  /** Returns the webhooks that inject in a remote, as they are when they are on. */
  injectors(site: Site, input: RemoteInput, signal: AbortSignal): Promise<Manifest[]>;
}
