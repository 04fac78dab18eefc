import { type InstallerName, RELEASES, type WayName } from '../../rollout/releases.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import { helmInstaller } from './helm/helm-installer.js';
import type { ChartSettings } from './helm/tool/charts.js';
import { HelmTools } from './helm/tool/helm-tools.js';
import type { Installer } from './installer.js';
import { istioctlInstaller } from './istioctl/istioctl-installer.js';
import { Istioctls } from './istioctl/istioctls.js';
import { istioctl14Installer } from './istioctl-1.4/istioctl-14-installer.js';
import { describeKubectl } from './istioctl-1.4/kubectl.js';

export { parseChartSources } from './helm/tool/chart-sources.js';

/** Where the worker's tools are. */
export interface ToolPaths {
  /** Paths of istioctl, or its name on PATH; one for each minor of Istio. */
  readonly istioctl: readonly string[];
  /** Path of the kubectl that istioctl 1.4 calls, or its name on PATH. @default kubectl */
  readonly kubectl?: string;
  /** Path of Helm, or its name on PATH. @default helm */
  readonly helm?: string;
  /** Where Istio's charts are, by release. @default none: no release can be installed with Helm */
  readonly charts?: Readonly<Record<string, ChartSettings>>;
}

/** What decides the way of installing. */
export interface WayOfInstalling {
  /** Minor of Istio, as the document says it. */
  readonly release: string;
  readonly installer: InstallerName;
}

/** Every way of installing that this version has. A new way is a folder beside this file, and one line here. */
export class Installers {
  readonly #istioctls: Istioctls;
  readonly #kubectl: string;
  readonly #helm: HelmTools;
  readonly #ways: Readonly<Record<WayName, Installer>>;

  constructor(tools: ToolPaths) {
    this.#kubectl = tools.kubectl ?? 'kubectl';
    this.#istioctls = new Istioctls(tools.istioctl);
    this.#helm = new HelmTools(tools.helm ?? 'helm', tools.charts ?? {});
    this.#ways = {
      istioctl: istioctlInstaller(this.#istioctls),
      helm: helmInstaller(this.#helm),
      'istioctl-1.4': istioctl14Installer(
        async (release) => (await this.#istioctls.find(release)).path,
        this.#kubectl,
      ),
    };
  }

  /**
   * Returns the installer of a rollout.
   *
   * @throws RolloutError `tool-version-differs` when this version of the worker has no such way: another one may have it
   */
  of({ release, installer }: WayOfInstalling): Installer {
    const way = RELEASES[release]?.ways[installer];
    if (way !== undefined) return this.#ways[way];
    throw new RolloutError(
      'tool-version-differs',
      `this worker cannot install Istio ${release} with ${installer}`,
    );
  }

  /** Returns the tools of this worker for its log: the version of each by its path, or why it cannot be used. */
  async tools(): Promise<Record<string, string>> {
    const [istioctls, helm] = await Promise.all([this.#istioctls.describe(), this.#helm.describe()]);
    // No other one calls it.
    const isNeeded = Object.values(istioctls).some((version) => version.startsWith('1.4.'));
    const kubectl = isNeeded ? { [this.#kubectl]: await describeKubectl(this.#kubectl) } : {};
    return { ...istioctls, ...kubectl, ...helm };
  }

  /** Removes what was downloaded. Called when the worker ends. */
  close(): Promise<void> {
    return this.#helm.close();
  }
}
