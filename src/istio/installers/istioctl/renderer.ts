import { SharedWork } from '../../../base/concurrency/shared-work.js';
import { type Manifest, parseManifests } from '../../apply/manifests.js';
import type { Installation } from '../../apply/ownership.js';
import type { IstioOperator } from './istio-operator.js';
import type { Istioctl } from './istioctl.js';

/** The manifests of one document. */
export interface Rendering {
  readonly installation: Installation;
  readonly manifests: readonly Manifest[];
}

/** What a rendering is made of. */
export interface RenderRequest {
  readonly operator: IstioOperator;
  readonly revision: string;
  readonly istioNamespace: string;
}

/** Renderings kept. A rollout needs three, and one more for each remote with values of its own; each has about 1 MB. */
const MAX_ENTRIES = 16;

/**
 * Renders with istioctl, once for equal requests: hundreds of remotes that differ in name and address only cost one
 * rendering (0.6 s of CPU). Callers that ask at the same time share the rendering in flight; it is given up when the
 * last of them is cancelled. Failures are not kept.
 */
export class Renderer {
  readonly #istioctl: Istioctl;
  readonly #renderings = new SharedWork<Rendering>(MAX_ENTRIES);

  constructor(istioctl: Istioctl) {
    this.#istioctl = istioctl;
  }

  /**
   * The manifests of a document with their owner labels, in istioctl's order.
   *
   * @throws RolloutError `render-failed`; the signal's reason when it aborts
   */
  render(request: RenderRequest, signal: AbortSignal): Promise<Rendering> {
    return this.#renderings.get(JSON.stringify(request), (abort) => this.#render(request, abort), signal);
  }

  async #render(
    { operator, revision, istioNamespace }: RenderRequest,
    signal: AbortSignal,
  ): Promise<Rendering> {
    const installation = { version: await this.#istioctl.version(), revision, istioNamespace };
    const yaml = await this.#istioctl.manifestGenerate(operator, signal);
    return { installation, manifests: parseManifests(yaml, installation) };
  }
}
