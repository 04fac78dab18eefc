import type { StepResult } from '../../rollout/progress/step-results.js';
import type { RemoteInput } from '../../rollout/resolve/resolved.js';
import { readReaderToken, requestReaderToken } from '../access/reader-token.js';
import { type Registrar, register } from '../access/register.js';
import { isRegistered, writeRemoteSecret } from '../access/remote-secret.js';
import type { Site } from '../steps/site.js';

/** How releases with istiod get to read a remote, as `istioctl create-remote-secret` does it. */
export const istiodRegistrar: Registrar = {
  listed: 'namespaces',
  requestToken: requestReaderToken,
  readToken: readReaderToken,
  isRegistered,
  write: ({ primary, step }, { istioNamespace, release }, access) =>
    writeRemoteSecret(primary, istioNamespace, access, release, step.signal),
};

/** The step `register-remote` of releases with istiod. */
export async function registerRemote(site: Site, input: RemoteInput): Promise<StepResult> {
  return await register(istiodRegistrar, site, input);
}
