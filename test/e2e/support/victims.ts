import type { LabCluster } from '../../../lab/lab.js';
import type { Product } from '../../../lab/product.js';
import { isAnswer, isNotConnected } from '../../../lab/tolerate.js';
import { until } from '../../support/wait.js';
import type { Target } from '../chaos/chaos-plan.js';
import type { Fleet } from './fleet.js';
import { killWorker } from './worker-processes.js';

/** Something that can be killed and started again. */
export interface Victim {
  /** Whether there is something to kill now. */
  isThere(): boolean;
  kill(): Promise<void>;
  /** Starts it again, and returns when it serves. Where Kubernetes starts it again, it does nothing. */
  restore(): Promise<void>;
}

/** What the victims of a plan need of each other, and of whoever kills them. */
export interface VictimOptions {
  /** Returns whether Temporal was killed, and does not serve again. */
  readonly isTemporalDown: () => boolean;
  /** Called with the address of each Pod of istiod that is deleted, if it has one. */
  readonly onPodDeleted: (address: string) => void;
}

/** Returns everything that a plan may kill in a fleet. */
export function victimsOf(
  fleet: Fleet,
  product: Product,
  { isTemporalDown, onPodDeleted }: VictimOptions,
): Record<Target, Victim> {
  const { lab, primary, remotes } = fleet;
  const [r1, r2, r3, r4] = remotes.map(apiServerOf);
  if (!r1 || !r2 || !r3 || !r4) throw new Error('the fleet has less than four remotes');
  return {
    worker: {
      isThere: () => product.worker?.running ?? false,
      kill: async () => void (await killWorker(product)),
      restore: () => startWorker(product, isTemporalDown),
    },
    temporal: {
      isThere: () => lab.temporal.running,
      kill: () => lab.temporal.kill(),
      restore: () => lab.temporal.start(),
    },
    hub: apiServerOf(primary),
    r1,
    r2,
    r3,
    r4,
    'istiod-process': istiodProcess(fleet),
    'istiod-pod': istiodPod(fleet, onPodDeleted),
  };
}

/** A worker that cannot connect to Temporal ends; whoever supervises it starts it again. */
async function startWorker(product: Product, isTemporalDown: () => boolean): Promise<void> {
  const start = async () => {
    if (product.worker?.running) return true;
    const wasDown = isTemporalDown();
    try {
      return await product.startWorker();
    } catch (error) {
      if (wasDown || isTemporalDown()) return undefined;
      throw error;
    }
  };
  await until('the worker to run', start, { timeoutMs: 120_000 });
}

function apiServerOf(cluster: LabCluster): Victim {
  return {
    isThere: () => cluster.running,
    kill: () => cluster.stopApiServer(),
    restore: () => cluster.startApiServer(),
  };
}

/** All processes of istiod; the kubelet starts each again in its Pod. */
function istiodProcess({ lab, primary }: Fleet): Victim {
  const running = () =>
    lab.status().processes.filter(({ name }) => name.startsWith(`${primary.name}/istio-`));
  return {
    isThere: () => running().length > 0,
    kill: async () => {
      for (const { pid } of running()) process.kill(pid, 'SIGKILL');
    },
    restore: async () => {},
  };
}

/** All Pods of istiod; the Deployment makes others, with other addresses. */
function istiodPod({ lab, primary }: Fleet, onPodDeleted: (address: string) => void): Victim {
  const pods = () => lab.status().clusters.find(({ name }) => name === primary.name)?.istiods ?? [];
  return {
    isThere: () => primary.running && pods().length > 0,
    kill: async () => {
      const deleted = pods().map(async ({ namespace, name, address }) => {
        if (address !== '') onPodDeleted(address);
        await deletePod(primary, `/api/v1/namespaces/${namespace}/pods/${name}`);
      });
      await Promise.all(deleted);
    },
    restore: async () => {},
  };
}

/** The API server may be killed in the same moment, and refuses everything for a moment when it starts again. */
async function deletePod({ api }: LabCluster, path: string): Promise<void> {
  const isAway = (error: unknown) => isNotConnected(error) || isAnswer(403, 500, 503)(error);
  const deleted = async () => {
    try {
      return await api.delete(path);
    } catch (error) {
      if (isAnswer(404)(error)) return true;
      throw error;
    }
  };
  await until(`${path} to be deleted`, deleted, { tolerate: isAway });
}
