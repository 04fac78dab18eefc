import type { Readable } from '../../base/text/readable.js';
import { quote } from '../../base/text/wording.js';
import { formatPath } from '../problems/problem-path.js';
import type { Problem } from '../problems/problems.js';
import { type InstallerName, RELEASES, type Release } from '../releases.js';
import type { RolloutDocument } from './document.js';

/** What every document has where it says nothing else. */
const DEFAULTS = { revision: 'default', network: 'network1' } as const;

/** Every problem of a document that lies in what its release can do. A release that is unknown is a problem already. */
export function releaseProblems(document: Readable<RolloutDocument>): Problem[] {
  const { release: name } = document;
  const release = name === undefined || !Object.hasOwn(RELEASES, name) ? undefined : RELEASES[name];
  if (name === undefined || release === undefined) return [];
  return [
    ...installerProblems(document, name, release),
    ...profileProblems(document, name, release),
    ...(release.hasIdentities ? [] : identityProblems(document, name)),
  ];
}

function installerProblems(
  { installer }: Readable<RolloutDocument>,
  name: string,
  { ways }: Release,
): Problem[] {
  // One that is no installer at all is a problem already.
  if (installer === undefined || ways[installer as InstallerName] !== undefined) return [];
  const works = Object.keys(ways).join(', ');
  const message = `Istio ${name} cannot be installed with ${installer} by this version; what works now: ${works}`;
  return [{ path: 'installer', message }];
}

function profileProblems(
  { primary }: Readable<RolloutDocument>,
  name: string,
  { profiles, uselessProfiles }: Release,
): Problem[] {
  const profile = primary?.profile;
  if (profile === undefined || profiles.includes(profile)) return [];
  const why = Object.hasOwn(uselessProfiles, profile) ? `: ${uselessProfiles[profile]}` : '';
  const message = `profile ${profile} cannot be used for Istio ${name}${why}; use one of ${profiles.join(', ')}`;
  return [{ path: 'primary.profile', message }];
}

/** Fields that would have no effect: whoever writes them expects one. */
function identityProblems(document: Readable<RolloutDocument>, name: string): Problem[] {
  const { revision, network, meshID, namespaces = [] } = document;
  const problem = (path: string, what: string) => ({
    path,
    message: `Istio ${name} has no ${what}: leave the field out`,
  });
  return [
    ...(isDefault(revision, DEFAULTS.revision) ? [] : [problem('revision', 'revisions')]),
    ...(isDefault(network, DEFAULTS.network)
      ? []
      : [problem('network', 'names of networks in a single network')]),
    ...(meshID === undefined ? [] : [problem('meshID', 'ID of a mesh')]),
    ...namespaces.flatMap((namespace, index) =>
      isDefault(namespace?.injection, 'enabled')
        ? []
        : [
            {
              path: formatPath(['namespaces', index, 'injection']),
              message: `Istio ${name} has no revisions: write injection: enabled instead of ${quote(namespace?.injection ?? '')}`,
            },
          ],
    ),
  ];
}

function isDefault(value: string | undefined, fallback: string): boolean {
  return value === undefined || value === fallback;
}
