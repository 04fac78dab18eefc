import { execa } from 'execa';
import { ensureTools } from '../../lab/tools/tools.js';
import { useLab } from './lab.js';
import { useProduct } from './product.js';

/** What a program printed, and how it ended. */
export interface Outcome {
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

/** Everything that the CLI of the product has printed in this process, for the test that looks for secrets in it. */
export const printed: string[] = [];

async function run(program: string, args: string[], env: Record<string, string> = {}): Promise<Outcome> {
  const { exitCode, stdout, stderr } = await execa(program, args, { env, reject: false });
  return { exitCode, stdout, stderr };
}

/** Runs the CLI of `dist/` against the running API. */
export async function mesh(...args: string[]): Promise<Outcome> {
  const product = await useProduct();
  const [program, ...first] = product.cli;
  const outcome = await run(program, [...first, ...args], product.environment);
  printed.push(outcome.stdout, outcome.stderr);
  return outcome;
}

/** Runs the Temporal CLI against the lab's server. */
export async function temporal(...args: string[]): Promise<Outcome> {
  const [lab, tools] = [await useLab(), await ensureTools({})];
  return await run(tools.temporal, [...args, '--address', lab.temporal.address]);
}

/** Runs istioctl on a cluster of the lab. */
export async function istioctl(kubeconfig: string, ...args: string[]): Promise<Outcome> {
  const [lab, tools] = [await useLab(), await ensureTools({})];
  // Like istiod, istioctl connects to the remotes by the servers of their remote secrets.
  return await run(tools.istioctl, ['--kubeconfig', kubeconfig, ...args], { HTTPS_PROXY: lab.proxyUrl });
}
