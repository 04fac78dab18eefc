import type { InstallRemoteResult, StepResult } from '../../rollout/progress/step-results.js';
import type { PrimaryInput, RemoteInput } from '../../rollout/resolve/resolved.js';
import type { IsOwn } from '../checks/found-installers.js';
import type { WebhookConfiguration } from '../inject/webhook-configuration.js';
import type { Site } from '../steps/site.js';
import type { InjectorMode, InjectorProofs } from './injection/switch-on-injectors.js';

/** What ways of installing a release with istiod do differently: how they render, write, own and prune. */
export interface IstiodWay {
  /** Whether an object of an installation is this way's own. What is not, it may change only when the user says so. */
  readonly isOwn: IsOwn;
  /** The step `deploy-primary`. */
  deployPrimary(site: Site, input: PrimaryInput): Promise<StepResult>;
  /** The step `install-remote`: everything of the remote profile but the injector webhook, and the endpoints. */
  installRemote(site: Site, input: RemoteInput): Promise<InstallRemoteResult>;
  /** The injector webhooks of a remote. */
  readonly injector: RemoteInjector;
}

/** How a way switches injection on and off in a remote. */
export interface RemoteInjector {
  /**
   * Switches injection on after the proofs, so that no Pod is refused on the way, wherever this is interrupted; when the
   * proof after it fails, takes back what it has switched on.
   *
   * @returns how many objects were created or changed
   * @throws RolloutError `webhook-ca-missing`; ClusterError; what the proofs throw
   */
  switchOn(site: Site, input: RemoteInput, mode: InjectorMode, proofs: InjectorProofs): Promise<number>;
  /** Does for a plan what {@link switchOn} writes in the end; returns how many objects it would create or change. */
  plan(site: Site, input: RemoteInput): Promise<number>;
  /** Switches injection off. */
  switchOff(site: Site, input: RemoteInput, signal: AbortSignal): Promise<void>;
  /** Returns the webhooks as they are when they are on. */
  whenOn(site: Site, input: RemoteInput, signal: AbortSignal): Promise<WebhookConfiguration[]>;
}
