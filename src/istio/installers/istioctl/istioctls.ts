import { listNames } from '../../../base/text/wording.js';
import { RolloutError } from '../../../rollout/rollout-error.js';
import { Istioctl } from './istioctl.js';

/** The istioctl binaries of the worker, one for each minor of Istio. */
export class Istioctls {
  readonly #all: readonly Istioctl[];

  /** @param paths of the binaries, or their names on the PATH of the worker */
  constructor(paths: readonly string[]) {
    this.#all = paths.map((path) => new Istioctl(path));
  }

  /**
   * Returns the binary of a release.
   *
   * @param release minor of Istio, such as `1.31`
   * @throws RolloutError `tool-version-differs` when this worker has none, which is retried: another worker may have one
   */
  async find(release: string): Promise<Istioctl> {
    const found: string[] = [];
    const failures: unknown[] = [];
    for (const istioctl of this.#all) {
      try {
        const version = await istioctl.version();
        if (minorOf(version) === release) return istioctl;
        found.push(`${istioctl.path} is ${version}`);
      } catch (error) {
        failures.push(error);
      }
    }
    if (found.length === 0 && failures.length > 0) throw failures[0];
    const message = `the document asks for Istio ${release}; on this worker ${listNames(found, found.length)}`;
    throw new RolloutError('tool-version-differs', message);
  }

  /** Returns what this worker has, for its log: the version of each binary by its path, or why it has none. */
  async describe(): Promise<Record<string, string>> {
    const described = await Promise.all(
      this.#all.map(async (istioctl) => [istioctl.path, await versionOrReason(istioctl)] as const),
    );
    return Object.fromEntries(described);
  }
}

async function versionOrReason(istioctl: Istioctl): Promise<string> {
  try {
    return await istioctl.version();
  } catch (error) {
    if (error instanceof RolloutError) return error.message;
    throw error;
  }
}

/** The minor of a version such as `1.31.2` or `1.31-alpha.0`. */
function minorOf(version: string): string | undefined {
  return /^v?(\d+\.\d+)/.exec(version)?.[1];
}
