import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Lab } from '../lab.js';
import type { Product } from '../product.js';
import { waitFor } from '../wait.js';
import { demoDocument } from './document.js';

/** The part of the API's answer that the demo looks at. */
interface Rollout {
  readonly status: string;
  readonly clusters: readonly { readonly cluster: string; readonly status: string; readonly step?: string }[];
}

/**
 * The story of the demo: start the rollout by HTTP, kill the worker while the remotes install, start it again, wait
 * for the end. Gives the exit status of `mesh-rollout watch`.
 */
export async function runDemo(lab: Lab, product: Product, say: (line: string) => void): Promise<number> {
  say('starting the worker and the API of mesh-rollout');
  const worker = await product.startWorker();
  await product.startServer();
  say(`worker and API are up; Temporal UI: ${lab.temporal.uiUrl}`);

  const url = `${product.api}/v1/rollouts`;
  say(`POST ${url}`);
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(demoDocument(lab)),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`the API answered ${answer.status}: ${text}`);
  say(`${answer.status} ${answer.statusText}`);

  const watching = watch(product);
  await waitFor({
    what: 'a remote at install-remote',
    timeoutMilliseconds: 180_000,
    check: async () => {
      const response = await fetch(`${url}/demo`);
      if (!response.ok) throw new Error(`the API answered ${response.status}: ${await response.text()}`);
      const rollout = (await response.json()) as Rollout;
      return (
        rollout.clusters.some(({ step, status }) => step === 'install-remote' && status === 'Running') ||
        undefined
      );
    },
    intervalMilliseconds: 50,
  });
  say(`KILL -9 of the worker (pid ${worker.pid}) while the remotes install`);
  const next = await product.restartWorker();
  say(
    `a new worker is up (pid ${next.pid}); Temporal hands it the work when the old one's heartbeats are missed`,
  );
  return await watching;
}

/** `mesh-rollout watch` as a user runs it; its output is the user's. */
async function watch(product: Product): Promise<number> {
  const [program, ...args] = product.cli;
  // Piped, so that its lines and the demo's do not overwrite each other on a terminal.
  const child = spawn(program, [...args, 'watch', 'demo', '--timeout', '20m'], {
    env: { ...process.env, ...product.environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  child.stdout.on('data', (chunk: Buffer) => process.stdout.write(chunk));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
