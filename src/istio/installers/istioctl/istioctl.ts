import { type ProcessOutcome, runLeashed } from '../../../base/processes/leashed-process.js';
import { cut } from '../../../base/text/cut.js';
import { redact } from '../../../base/text/redact.js';
import { RolloutError } from '../../../rollout/rollout-error.js';
import type { IstioOperator } from './istio-operator.js';
import { Renderer } from './renderer.js';

/** Exit status of a shell for a command that it cannot run, and for one that is not there. */
const CANNOT_RUN = [126, 127];

/** Longer messages of istioctl are cut: they stand in the progress of a cluster. */
const MAX_WORDS = 600;

/**
 * The istioctl binary of the worker. It only renders: it gets no kubeconfig and nothing of the worker's environment,
 * and never talks to a cluster. It cannot outlive the worker.
 */
export class Istioctl {
  readonly path: string;
  /** Renders with it, and keeps what it rendered. */
  readonly renderer = new Renderer(this);
  #version: Promise<string> | undefined;

  /** @param path of the binary, or its name on the PATH of the worker. */
  constructor(path: string) {
    this.path = path;
  }

  /**
   * The version of the binary, e.g. `1.31.0`; asked once. It is what istioctl writes into the label
   * `operator.istio.io/version` (istio 1.31, operator/pkg/install/install.go, getOwnerLabels).
   *
   * @throws RolloutError `tool-version-differs` when there is no binary that can be run; `render-failed`
   */
  version(): Promise<string> {
    this.#version ??= this.#askVersion().catch((error: unknown) => {
      this.#version = undefined;
      throw error;
    });
    return this.#version;
  }

  /**
   * The manifests of an IstioOperator document, as YAML of many documents, sorted the way istioctl applies kinds
   * (istio 1.31, operator/cmd/mesh/manifest-generate.go).
   *
   * @throws RolloutError `render-failed` with istioctl's own words; `tool-version-differs` when there is no binary that can
   * be run; the signal's reason when it aborts.
   */
  async manifestGenerate(operator: IstioOperator, signal?: AbortSignal): Promise<string> {
    const input = JSON.stringify(operator);
    return (await this.#run(['manifest', 'generate', '--filename', '-'], input, signal)).stdout;
  }

  async #askVersion(): Promise<string> {
    const { stdout } = await this.#run(['version', '--remote=false', '--output', 'json'], '');
    const version = /"version":\s*"([^"]+)"/.exec(stdout)?.[1];
    if (version === undefined)
      throw new RolloutError('render-failed', `${this.path} does not tell its version`);
    return version;
  }

  async #run(args: readonly string[], input: string, signal?: AbortSignal): Promise<ProcessOutcome> {
    // Without a home, ~/.istioctl/config.yaml of whoever runs the worker has no say.
    const env = { PATH: process.env.PATH ?? '', HOME: '/dev/null' };
    const outcome = await runLeashed({ command: this.path, args, input, env, signal });
    const { status } = outcome;
    if (status === 0) return outcome;
    // Nobody has to change the values for that, and a worker that has istioctl can take the step.
    const code = CANNOT_RUN.includes(status) ? 'tool-version-differs' : 'render-failed';
    throw new RolloutError(code, this.#explain(outcome));
  }

  #explain({ status, stderr, stdout }: ProcessOutcome): string {
    if (status === 127) return `there is no istioctl at ${this.path}`;
    const words = (stderr.trim() || stdout.trim()).replace(/^Error: /, '').replaceAll(/\s+/g, ' ');
    // Redacted before it is cut: half a credential would not be known for one any more.
    const safe = cut(redact(words), MAX_WORDS);
    return `istioctl ended with status ${status}: ${safe || 'it said nothing'}`;
  }
}
