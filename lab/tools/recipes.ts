import type { Release } from './releases.js';
import type { ToolName } from './tool-names.js';

/** One folder of `lab/recipes`: a Go module whose go.mod and go.sum pin everything that is built from it. */
export interface Recipe {
  /** Name of the folder. */
  readonly name: string;
  /** The version the built tools carry. */
  readonly version: string;
  /** What is built: the binary's name in the cache, and its Go package. */
  readonly targets: readonly { readonly tool: ToolName; readonly package: string }[];
  /** Values for `-ldflags -X`: built from a module, the programs do not know their own version. */
  readonly stamps: readonly string[];
  /** Other `-ldflags`. */
  readonly linkerFlags?: readonly string[];
  /**
   * Go files that the modules lack: a file of the recipe's folder, and its path below `vendor`. A recipe that has some is
   * built from a vendor folder.
   */
  readonly additions?: readonly { readonly file: string; readonly path: string }[];
  /** Helm charts among the recipe's sources: the release they install, their module, and their folders in it. */
  readonly charts?: {
    readonly release: Release;
    readonly module: string;
    readonly folders: readonly string[];
  };
  /** Minutes a build takes on two cores with empty Go caches; measured. */
  readonly minutes: number;
}

const kubernetesVersion = 'k8s.io/component-base/version';
const oldKubernetesVersions = [
  'k8s.io/kubernetes/pkg/version',
  'k8s.io/kubernetes/pkg/kubectl/version',
  'k8s.io/client-go/pkg/version',
];
const istioVersion = 'istio.io/istio/pkg/version';
const oldIstioVersion = 'istio.io/pkg/version';

const chartFolders = ['manifests/charts/base', 'manifests/charts/istio-control/istio-discovery'];

/** Reflection of that time reaches into Go's runtime by names that the linker keeps to itself since Go 1.23. */
const oldLinkerFlags = ['-checklinkname=0'];

/** Everything the lab builds: the ordinary lab first, quickest first, so that a broken set-up shows early. */
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
    charts: { release: '1.31', module: 'istio.io/istio', folders: chartFolders },
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
  {
    name: 'helm-3',
    version: '3.22.0',
    targets: [{ tool: 'helm', package: 'helm.sh/helm/v3/cmd/helm' }],
    stamps: [
      'helm.sh/helm/v3/internal/version.version=v3.22.0',
      'helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1',
      'helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=34',
    ],
    minutes: 5,
  },
  {
    name: 'istio-1.4',
    version: '1.4.3',
    targets: [
      { tool: 'istioctl-1.4', package: 'istio.io/istio/istioctl/cmd/istioctl' },
      { tool: 'pilot-discovery-1.4', package: 'istio.io/istio/pilot/cmd/pilot-discovery' },
      { tool: 'sidecar-injector-1.4', package: 'istio.io/istio/sidecar-injector/cmd/sidecar-injector' },
      { tool: 'istio_ca-1.4', package: 'istio.io/istio/security/cmd/istio_ca' },
    ],
    stamps: [
      `${oldIstioVersion}.buildVersion=1.4.3`,
      `${oldIstioVersion}.buildTag=1.4.3`,
      `${oldIstioVersion}.buildGitRevision=17f6bfc3d712`,
      `${oldIstioVersion}.buildStatus=Clean`,
    ],
    linkerFlags: oldLinkerFlags,
    charts: {
      release: '1.4',
      module: 'istio.io/istio',
      folders: ['install/kubernetes/helm/istio', 'install/kubernetes/helm/istio-init'],
    },
    minutes: 5,
  },
  {
    name: 'kubernetes-1.15',
    version: '1.15.12',
    targets: [
      { tool: 'kube-apiserver-1.15', package: 'k8s.io/kubernetes/cmd/kube-apiserver' },
      { tool: 'kube-controller-manager-1.15', package: 'k8s.io/kubernetes/cmd/kube-controller-manager' },
      { tool: 'kube-scheduler-1.15', package: 'k8s.io/kubernetes/cmd/kube-scheduler' },
      { tool: 'kubectl-1.15', package: 'k8s.io/kubernetes/cmd/kubectl' },
    ],
    stamps: oldKubernetesVersions.flatMap((path) => [
      `${path}.gitVersion=v1.15.12`,
      `${path}.gitMajor=1`,
      `${path}.gitMinor=15`,
    ]),
    linkerFlags: oldLinkerFlags,
    // Its own build generates the OpenAPI definitions, so that they are not in its module.
    additions: [
      {
        file: 'openapi_definitions.go.txt',
        path: 'k8s.io/kubernetes/pkg/generated/openapi/openapi_definitions.go',
      },
    ],
    minutes: 5,
  },
  {
    // Sources of April 2026, content 1.30: their VERSION file says 1.31.
    name: 'istio-1.30',
    version: '1.30.0',
    targets: [
      { tool: 'istioctl-1.30', package: 'istio.io/istio/istioctl/cmd/istioctl' },
      { tool: 'pilot-discovery-1.30', package: 'istio.io/istio/pilot/cmd/pilot-discovery' },
    ],
    stamps: [
      `${istioVersion}.buildVersion=1.30.0`,
      `${istioVersion}.buildHub=registry.istio.io/release`,
      `${istioVersion}.buildGitRevision=b01690e6db7d`,
      `${istioVersion}.buildStatus=Clean`,
    ],
    charts: { release: '1.30', module: 'istio.io/istio', folders: chartFolders },
    minutes: 6,
  },
];
