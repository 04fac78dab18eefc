import { abortable } from '../../../base/concurrency/abortable.js';
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

interface Entry {
  readonly rendering: Promise<Rendering>;
  readonly abort: AbortController;
  waiting: number;
  done: boolean;
}

/**
 * Renders with istioctl, once for equal requests: hundreds of remotes that differ in name and address only cost one
 * rendering (0.6 s of CPU). Callers that ask at the same time share the rendering in flight; it is given up when the
 * last of them is cancelled. Failures are not kept.
 */
export class Renderer {
  readonly #istioctl: Istioctl;
  readonly #entries = new Map<string, Entry>();

  constructor(istioctl: Istioctl) {
    this.#istioctl = istioctl;
  }

  /**
   * The manifests of a document with their owner labels, in istioctl's order.
   *
   * @throws RolloutError `render-failed`; the signal's reason when it aborts
   */
  async render(request: RenderRequest, signal: AbortSignal): Promise<Rendering> {
    signal.throwIfAborted();
    const key = JSON.stringify(request);
    const entry = this.#entries.get(key) ?? this.#start(key, request);
    // The most recently used one is the last to be dropped.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.waiting++;
    try {
      return await abortable(entry.rendering, signal);
    } finally {
      entry.waiting--;
      if (entry.waiting === 0 && !entry.done) {
        this.#entries.delete(key);
        entry.abort.abort();
      }
    }
  }

  #start(key: string, request: RenderRequest): Entry {
    const abort = new AbortController();
    const rendering = this.#render(request, abort.signal);
    const entry: Entry = { rendering, abort, waiting: 0, done: false };
    rendering.then(
      () => {
        entry.done = true;
      },
      () => {
        entry.done = true;
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      },
    );
    const [oldest] = this.#entries.keys();
    if (this.#entries.size >= MAX_ENTRIES && oldest !== undefined) this.#entries.delete(oldest);
    return entry;
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
