/** What this version can install, and what differs between releases, as data. Plain TypeScript: workflows load it. */

/** Every installer of the contract: the words that users type. */
export const INSTALLERS = ['istioctl', 'helm'] as const;

export type InstallerName = (typeof INSTALLERS)[number];

/** A way of installing: a tool and a kind of release. Each has a folder of its name in `src/istio/installers`. */
export type WayName = 'istioctl' | 'helm' | 'istioctl-1.4';

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
  /** Profiles of Istio for a primary; a document that names none gets the first. */
  readonly profiles: readonly string[];
  /** Why another profile cannot be used, by its name: the end of a sentence. */
  readonly uselessProfiles: Readonly<Record<string, string>>;
  /** Whether a control plane has a revision, a mesh an ID, and a network a name. Where not, documents name none of them. */
  readonly hasIdentities: boolean;
  /**
   * Whether the control plane keeps the endpoints of a remote when its remote secret is rewritten. Where it does not, the
   * control plane is made to forget the remote first.
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

const WITH_ISTIOD = {
  kubernetes: FINDS_WEBHOOKS_BY_SLICES,
  profiles: ['minimal', 'default', 'demo', 'preview', 'stable'],
  uselessProfiles: {
    remote: 'it installs no istiod, and the primary runs it; remotes get it by themselves',
    ambient: 'Istio has no ambient mode for a primary with remotes',
    // It sets values.pilot.cni.enabled (istio 1.31, files/profile-platform-openshift.yaml), which takes istio-init out of
    // every Pod that the primary injects, in the remotes too.
    openshift:
      'its Pods need Istio CNI in every cluster, and this version of mesh-rollout does not install it in remotes',
    'openshift-ambient': 'Istio has no ambient mode for a primary with remotes',
    empty: 'it installs nothing, and the primary runs istiod',
  },
  hasIdentities: true,
};

/** By the minor that users write in `release`, newest first. */
export const RELEASES: Readonly<Record<string, Release>> = {
  '1.31': {
    ways: { istioctl: 'istioctl', helm: 'helm' },
    ...WITH_ISTIOD,
    rewritesSecretsInPlace: true,
  },
  '1.30': {
    ways: { istioctl: 'istioctl', helm: 'helm' },
    ...WITH_ISTIOD,
    // istiod of 1.30 builds the cluster again and closes the old one too late: its endpoints are gone until it restarts
    // (istio/istio issue 61043).
    rewritesSecretsInPlace: false,
  },
  // The release of the guide: docs/guide.md.
  '1.4': {
    ways: { istioctl: 'istioctl-1.4' },
    kubernetes: {
      minimum: '1.13',
      whyMinimum:
        'Istio 1.4 was tested with 1.13 to 1.15, and the rollout needs dry runs, which 1.12 does not have',
      maximum: '1.15',
    },
    profiles: ['default'],
    uselessProfiles: {
      minimal: 'it has no policy and no telemetry, whose addresses remotes need',
      demo: 'the chart of its egress gateway is not rendered by an istioctl 1.4 that was built with a Go of today',
    },
    hasIdentities: false,
    // Pilot looks at a Secret when it appears and when it is gone, and ignores changes.
    rewritesSecretsInPlace: false,
  },
};

/** Every profile of a primary, in some release. */
export const PROFILES: readonly string[] = [
  ...new Set(Object.values(RELEASES).flatMap(({ profiles }) => profiles)),
];

/** The installers that work in this version, with some release. */
export const SUPPORTED_INSTALLERS: readonly InstallerName[] = INSTALLERS.filter((installer) =>
  Object.values(RELEASES).some(({ ways }) => ways[installer] !== undefined),
);
