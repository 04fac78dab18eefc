/**
 * What this version can install. The contract knows more words (the release 1.4, the installer helm): lifting them is
 * adding them here. Plain TypeScript.
 */

export interface Release {
  /** The minor that `istioctl version` must report. */
  readonly istioctlMinor: string;
  /** Minors of Kubernetes that the release supports, both included. */
  readonly kubernetes: { readonly minimum: string; readonly maximum: string };
}

/** By the minor that users write in `release`. */
export const RELEASES: Readonly<Record<string, Release>> = {
  '1.31': { istioctlMinor: '1.31', kubernetes: { minimum: '1.32', maximum: '1.36' } },
};

/** Every installer of the contract. */
export const INSTALLERS = ['istioctl', 'helm'] as const;

export type Installer = (typeof INSTALLERS)[number];

/** The installers that work in this version. */
export const SUPPORTED_INSTALLERS: readonly Installer[] = ['istioctl'];
