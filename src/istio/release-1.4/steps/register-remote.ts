import type { StepResult } from '../../../rollout/progress/step-results.js';
import type { RemoteInput } from '../../../rollout/resolve/resolved.js';
import { type Registrar, register } from '../../access/register.js';
import type { Site } from '../../steps/site.js';
import { readAccountToken } from '../reader-token.js';
import { isRegistered, writeRemoteSecret } from '../remote-secret.js';
import type { Release14Way } from './way.js';

/** Returns how pilot 1.4 gets to read a remote: with the token that Kubernetes makes for the account of the charts. */
export function release14Registrar({ reader }: Pick<Release14Way, 'reader'>): Registrar {
  return {
    listed: 'services',
    requestToken: async () => false,
    readToken: (remote, istioNamespace, signal) => readAccountToken(remote, istioNamespace, reader, signal),
    isRegistered,
    write: (site, { istioNamespace }, access) => {
      const write = (noticedWithinMs?: number) =>
        writeRemoteSecret(site.primary, istioNamespace, access, site.step.signal, noticedWithinMs);
      return site.settle(
        () => write(),
        () => write(0),
      );
    },
  };
}

/** The step `register-remote`: the remote secret that the guide makes, with the cluster's name as its key. */
export async function registerRemote(
  way: Pick<Release14Way, 'reader'>,
  site: Site,
  input: RemoteInput,
): Promise<StepResult> {
  return await register(release14Registrar(way), site, input);
}
