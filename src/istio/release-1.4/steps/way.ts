import type { InstallRemoteResult, StepResult } from '../../../rollout/progress/step-results.js';
import type { PrimaryInput, RemoteInput } from '../../../rollout/resolve/resolved.js';
import type { Site } from '../../steps/site.js';

/** What ways of installing Istio 1.4 do differently. */
export interface Release14Way {
  /** Whose names the objects have: the account with which pilot reads a remote, the injector. */
  readonly tool: 'istioctl' | 'helm';
  /** The step `deploy-primary`. */
  deployPrimary(site: Site, input: PrimaryInput): Promise<StepResult>;
  /** The step `install-remote`: everything of a remote, and all Ready addresses in its Endpoints. */
  installRemote(site: Site, input: RemoteInput): Promise<InstallRemoteResult>;
}
