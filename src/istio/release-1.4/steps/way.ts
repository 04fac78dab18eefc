import type { InstallRemoteResult, StepResult } from '../../../rollout/progress/step-results.js';
import type { PrimaryInput, RemoteInput } from '../../../rollout/resolve/resolved.js';
import type { Site } from '../../steps/site.js';

/** What ways of installing Istio 1.4 do differently. */
export interface Release14Way {
  /** The account with which pilot reads a remote. */
  readonly reader: string;
  /** Returns the name of the injector's webhook configuration in a remote. */
  injectorName(istioNamespace: string): string;
  /** The step `deploy-primary`. */
  deployPrimary(site: Site, input: PrimaryInput): Promise<StepResult>;
  /** The step `install-remote`: everything of a remote, and all Ready addresses in its Endpoints. */
  installRemote(site: Site, input: RemoteInput): Promise<InstallRemoteResult>;
}
