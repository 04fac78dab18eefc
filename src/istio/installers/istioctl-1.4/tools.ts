import { requireSameVersion } from '../tool-version.js';
import { Renderings } from './renderings.js';
import { Istioctl14 } from './tool.js';

/** The istioctl of a release, and what it has rendered. */
export interface Tools {
  readonly tool: Istioctl14;
  readonly renderings: Renderings;
}

/** Which tool a step needs. */
export interface WantedTool {
  readonly release: string;
  /** See ResolvedRollout. */
  readonly toolVersion?: string;
}

/** The istioctl binaries of the worker for releases before istiod, and the kubectl that they call. */
export class ToolBox {
  readonly #find: (release: string) => Promise<string>;
  readonly #kubectl: string;
  readonly #byPath = new Map<string, Tools>();

  /**
   * @param find returns the path of the worker's istioctl of a release; fails with `tool-version-differs` where it has none
   * @param kubectl path of kubectl, or its name on the PATH of the worker
   */
  constructor(find: (release: string) => Promise<string>, kubectl: string) {
    this.#find = find;
    this.#kubectl = kubectl;
  }

  /**
   * Returns the istioctl of a rollout's release, with the version with which the rollout began.
   *
   * @throws RolloutError `tool-version-differs`, which is retried, so that another worker can take the step
   */
  async of({ release, toolVersion }: WantedTool): Promise<Tools> {
    const path = await this.#find(release);
    const tools = this.#byPath.get(path) ?? this.#add(path);
    requireSameVersion('istioctl', await tools.tool.version(), toolVersion);
    return tools;
  }

  #add(path: string): Tools {
    const tool = new Istioctl14({ istioctl: path, kubectl: this.#kubectl });
    const tools = { tool, renderings: new Renderings(tool) };
    this.#byPath.set(path, tools);
    return tools;
  }
}
