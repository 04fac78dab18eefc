import type { ToolName } from './tool-names.js';

/** One folder of `lab/recipes`: a Go module whose go.mod and go.sum pin everything that is built from it. */
export interface Recipe {
  /** Name of the folder. */
  readonly name: string;
  /** The version the built tools carry. */
  readonly version: string;
  /** What is built: the binary's name and its Go package. With more than one, a package's last element is the binary's name. */
  readonly targets: readonly { readonly tool: ToolName; readonly package: string }[];
  /** Values for `-ldflags -X`: built from a module, the programs do not know their own version. */
  readonly stamps: readonly string[];
  /** Minutes a build takes on two cores with empty Go caches; measured. */
  readonly minutes: number;
}

const kubernetesVersion = 'k8s.io/component-base/version';
const istioVersion = 'istio.io/istio/pkg/version';

/** Everything the lab builds, quickest first, so that a broken set-up shows early. */
export const recipes: readonly Recipe[] = [
  {
    name: 'etcd',
    version: '3.7.3',
    targets: [{ tool: 'etcd', package: 'go.etcd.io/etcd/server/v3' }],
    stamps: [],
    minutes: 1,
  },
  {
    name: 'kwok',
    version: '0.8.0',
    targets: [{ tool: 'kwok', package: 'sigs.k8s.io/kwok/cmd/kwok' }],
    stamps: [],
    minutes: 2,
  },
  {
    name: 'temporal',
    version: '1.8.2',
    targets: [{ tool: 'temporal', package: 'github.com/temporalio/cli/cmd/temporal' }],
    stamps: ['github.com/temporalio/cli/internal/temporalcli.Version=1.8.2'],
    minutes: 8,
  },
  {
    name: 'istio',
    version: '1.31.0',
    targets: [
      { tool: 'istioctl', package: 'istio.io/istio/istioctl/cmd/istioctl' },
      { tool: 'pilot-discovery', package: 'istio.io/istio/pilot/cmd/pilot-discovery' },
    ],
    // Hub and version together replace the images `registry.istio.io/testing/*:latest` of the profiles
    // (hubTagOverlay in Istio's operator/pkg/render/manifest.go); the hub is the one of Istio's releases.
    stamps: [
      `${istioVersion}.buildVersion=1.31.0`,
      `${istioVersion}.buildHub=registry.istio.io/release`,
      `${istioVersion}.buildGitRevision=eed52ebb66ad`,
      `${istioVersion}.buildStatus=Clean`,
    ],
    minutes: 7,
  },
  {
    name: 'kubernetes',
    version: '1.34.4',
    targets: [
      { tool: 'kube-apiserver', package: 'k8s.io/kubernetes/cmd/kube-apiserver' },
      { tool: 'kube-controller-manager', package: 'k8s.io/kubernetes/cmd/kube-controller-manager' },
      { tool: 'kube-scheduler', package: 'k8s.io/kubernetes/cmd/kube-scheduler' },
    ],
    stamps: [
      `${kubernetesVersion}.gitVersion=v1.34.4`,
      `${kubernetesVersion}.gitMajor=1`,
      `${kubernetesVersion}.gitMinor=34`,
    ],
    minutes: 8,
  },
];
