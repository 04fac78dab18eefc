import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ApplicationFailure } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { Lab } from '../../lab/lab.js';
import { prepareProduct } from '../../lab/product.js';
import { checkoutFolder } from '../../lab/tools/recipes-folder.js';
import type { ToolPaths } from '../../lab/tools/tool-names.js';
import { waitFor } from '../../lab/wait.js';
import type { FailureDetail } from '../../src/rollout/activities.js';
import { TASK_QUEUE } from '../../src/rollout/names.js';
import type { Figure } from '../report/figure.js';
import { idle, MESH, resolved } from './idle-activities.js';

const CODE = 'field-conflict';
const LIMIT_SECONDS = 5;
const PATIENCE_MS = 300_000;
const LABELS = { fleet: MESH };

/**
 * Returns how long a person waits for the API's response to a decision about many clusters: the real API and
 * workflows on a real Temporal, with activities that only park every remote when it is installed.
 */
export async function decisionsAbout(lab: Lab, tools: ToolPaths, remotes: number): Promise<Figure[]> {
  const rollout = resolved(remotes);
  const product = await prepareProduct(lab, tools, {
    MESH_ROLLOUT_INVENTORY: await writeNames(lab, [rollout.primary, ...rollout.remotes]),
  });
  const native = await NativeConnection.connect({ address: lab.temporal.address });
  const worker = await Worker.create({
    connection: native,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath: join(await checkoutFolder(), 'dist', 'workflow-bundle.js') },
    activities: {
      ...idle(rollout),
      installRemote: park,
    },
  });
  try {
    await product.startServer();
    return await worker.runUntil(() => decide(new Api(product.api), remotes));
  } finally {
    await product.stop();
    await native.close();
  }
}

async function park(): Promise<never> {
  const detail: FailureDetail = { code: CODE, action: 'Decide.' };
  throw ApplicationFailure.nonRetryable('a field is not ours', CODE, detail);
}

async function decide(api: Api, remotes: number): Promise<Figure[]> {
  await api.call('POST', '', {
    mesh: MESH,
    release: '1.31',
    primary: { cluster: resolved(0).primary.cluster },
    remotes: [{ selector: LABELS }],
    namespaces: [{ name: 'default', injection: 'enabled' }],
  });
  const figures: Figure[] = [];
  const measure = async (what: string, request: () => Promise<unknown>) => {
    await waitFor({
      what: `${remotes} remotes to wait for a person`,
      check: async () => (await api.parked()) === remotes || undefined,
      timeoutMilliseconds: PATIENCE_MS,
      intervalMilliseconds: 1_000,
    });
    const startedAt = performance.now();
    await request();
    const value = (performance.now() - startedAt) / 1000;
    figures.push({ what: `${what}, ${remotes} clusters parked`, value, unit: 's', limit: LIMIT_SECONDS });
  };
  await measure('answer to retry', () => api.call('POST', `/${MESH}/retry`, { code: CODE }));
  await measure('answer to status', () => api.parked());
  await measure('answer to pause', () => api.call('POST', `/${MESH}/pause`, {}));
  await measure('answer to resume', () => api.call('POST', `/${MESH}/resume`, {}));
  await measure('answer to skip', () => api.call('POST', `/${MESH}/skip`, { code: CODE }));
  return figures;
}

/** The rollouts of the API. */
class Api {
  readonly #url: string;

  constructor(url: string) {
    this.#url = `${url}/v1/rollouts`;
  }

  async call(method: string, path: string, body?: object): Promise<unknown> {
    const answer = await fetch(this.#url + path, {
      method,
      ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the API answered ${answer.status}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  /** Returns how many remotes wait for a person. */
  async parked(): Promise<number> {
    const { clusters } = (await this.call('GET', `/${MESH}`)) as { clusters: { status: string }[] };
    return clusters.filter(({ status }) => status === 'NeedsAttention').length;
  }
}

/** Writes an inventory of names, which is all that the API needs, and returns its path. */
async function writeNames(lab: Lab, clusters: readonly { readonly cluster: string }[]): Promise<string> {
  const path = join(lab.directory, 'names.json');
  const named = clusters.map(({ cluster }, index) => ({
    name: cluster,
    ...(index > 0 && { labels: LABELS }),
  }));
  await writeFile(path, JSON.stringify({ clusters: named }));
  return path;
}
