/**
 * What this version can install. The contract knows more words (the release 1.4, the installer helm): lifting them is
 * adding them here. Plain TypeScript.
 */

export interface Release {
  /** The minor that `istioctl version` must report. */
  readonly istioctlMinor: string;
  readonly kubernetes: {
    /** The oldest minor of Kubernetes on which a rollout works. */
    readonly minimum: string;
    /** Why an older minor does not work, as the end of a sentence. */
    readonly whyMinimum: string;
    /** The newest minor of Kubernetes that the release was tested with. */
    readonly maximum: string;
  };
}

/** By the minor that users write in `release`. */
export const RELEASES: Readonly<Record<string, Release>> = {
  '1.31': {
    istioctlMinor: '1.31',
    kubernetes: {
      // Istio itself supports 1.32 too: docs/decisions/0013.
      minimum: '1.33',
      whyMinimum:
        'up to 1.32, an API server with --enable-aggregator-routing finds webhooks by Endpoints only, and the rollout writes EndpointSlices',
      maximum: '1.36',
    },
  },
};

/** Every installer of the contract. */
export const INSTALLERS = ['istioctl', 'helm'] as const;

export type InstallerName = (typeof INSTALLERS)[number];

/** The installers that work in this version. */
export const SUPPORTED_INSTALLERS: readonly InstallerName[] = ['istioctl'];
