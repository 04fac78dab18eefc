import type { IncomingMessage } from 'node:http';
import type { LabCluster } from '../../../lab/lab.js';
import { until } from '../../support/wait.js';
import { frontApiServer } from './api-server-front.js';

/** Requests of one kind that are kept waiting. */
export interface Hold {
  /** How many wait now; those whose sender has given up or died do not count. */
  readonly waiting: number;
  /** Waits until one does. */
  reached(): Promise<void>;
  /** Lets those that wait go on, and all that come. */
  release(): void;
}

/** The real API server of a cluster behind a front that can keep requests waiting, to catch a worker in the middle of a step. */
export interface Gate {
  readonly kubeconfigPath: string;
  /**
   * Keeps requests waiting.
   *
   * @param what method and path with query, such as `PATCH /api/v1/namespaces/default`
   * @param when `before`: the API server does not see them; `after`: it has done them, and the answer waits
   */
  hold(what: RegExp, when: 'before' | 'after'): Hold;
  close(): Promise<void>;
}

/** A rollout on a slow machine takes a while to come to a step. */
const PATIENCE_MS = 180_000;

interface Held {
  readonly what: RegExp;
  readonly when: 'before' | 'after';
  readonly waiting: Set<() => void>;
}

/** Opens a gate for the product's account. */
export async function openGate(cluster: LabCluster): Promise<Gate> {
  const holds = new Set<Held>();
  const pass = async (incoming: IncomingMessage, when: Held['when']) => {
    const line = `${incoming.method} ${incoming.url}`;
    const hold = [...holds].find((each) => each.when === when && each.what.test(line));
    if (!hold) return;
    await new Promise<void>((goOn) => {
      hold.waiting.add(goOn);
      incoming.socket.once('close', () => {
        hold.waiting.delete(goOn);
        goOn();
      });
    });
  };
  const front = await frontApiServer(cluster, {
    before: async (incoming) => {
      await pass(incoming, 'before');
      return incoming.socket.destroyed;
    },
    after: (incoming) => pass(incoming, 'after'),
  });
  return {
    kubeconfigPath: front.kubeconfigPath,
    hold: (what, when) => {
      const hold: Held = { what, when, waiting: new Set() };
      holds.add(hold);
      return {
        get waiting() {
          return hold.waiting.size;
        },
        reached: async () => {
          await until(`${cluster.name}: ${what}`, () => hold.waiting.size > 0, { timeoutMs: PATIENCE_MS });
        },
        release: () => {
          holds.delete(hold);
          for (const goOn of hold.waiting) goOn();
          hold.waiting.clear();
        },
      };
    },
    close: async () => {
      for (const { waiting } of holds) for (const goOn of waiting) goOn();
      holds.clear();
      await front.close();
    },
  };
}
