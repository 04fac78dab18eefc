/** What this version can install, and what differs between releases, as data. Plain TypeScript: workflows load it. */

/** Every installer of the contract: the words that users type. */
export const INSTALLERS = ['istioctl', 'helm'] as const;

export type InstallerName = (typeof INSTALLERS)[number];

/** A way of installing: a tool and a kind of release. Each has a folder of its name in `src/istio/installers`. */
export type WayName = 'istioctl';

/** One minor of Istio. */
export interface Release {
  /** The way of installing it with each installer. */
  readonly ways: Readonly<Partial<Record<InstallerName, WayName>>>;
  readonly kubernetes: {
    /** The oldest minor of Kubernetes on which a rollout works. */
    readonly minimum: string;
    /** Why an older minor does not work, as the end of a sentence. */
    readonly whyMinimum: string;
    /** The newest minor of Kubernetes that the release was tested with. */
    readonly maximum: string;
  };
  /**
   * Whether the control plane keeps the endpoints of a remote when its remote secret is rewritten. Where it does not, the
   * secret is deleted and created again.
   */
  readonly rewritesSecretsInPlace: boolean;
}

const FINDS_WEBHOOKS_BY_SLICES = {
  // Istio itself supports 1.32 too: docs/decisions/0013.
  minimum: '1.33',
  whyMinimum:
    'up to 1.32, an API server with --enable-aggregator-routing finds webhooks by Endpoints only, and the rollout writes EndpointSlices',
  maximum: '1.36',
};

/** By the minor that users write in `release`, newest first. */
export const RELEASES: Readonly<Record<string, Release>> = {
  '1.31': {
    ways: { istioctl: 'istioctl' },
    kubernetes: FINDS_WEBHOOKS_BY_SLICES,
    rewritesSecretsInPlace: true,
  },
  '1.30': {
    ways: { istioctl: 'istioctl' },
    kubernetes: FINDS_WEBHOOKS_BY_SLICES,
    // istiod of 1.30 builds the cluster again and closes the old one too late: its endpoints are gone until it restarts
    // (istio/istio issue 61043).
    rewritesSecretsInPlace: false,
  },
};

/** The installers that work in this version, with some release. */
export const SUPPORTED_INSTALLERS: readonly InstallerName[] = INSTALLERS.filter((installer) =>
  Object.values(RELEASES).some(({ ways }) => ways[installer] !== undefined),
);
