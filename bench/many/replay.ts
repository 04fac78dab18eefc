import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { cpuSeconds } from '../processes/proc-stat.js';

/** The options of the program replay-server.ts. */
export interface ReplayOptions {
  /** File with the recording. */
  readonly recording: string;
  /** UID of the namespace kube-system in the recording. */
  readonly uid: string;
  /** The token with which istiod reads the recorded cluster, in base64. */
  readonly readerToken: string;
  /** Files with the certificate of the recorded API server, and its key. */
  readonly certificate: string;
  readonly key: string;
  readonly clusters: number;
  readonly latencyMs: number;
}

/** The messages that it sends: once when all its servers listen, and on every request for counts. */
export type ReplayMessage =
  | { readonly type: 'ready'; readonly ports: readonly number[] }
  | {
      readonly type: 'counts';
      readonly requests: number;
      /** How many of them istiod has sent: its reads, and the renewals of its lease while it reads a cluster. */
      readonly byIstiod: number;
      /** Requests that are not in the recording and were answered with 404, with their counts. */
      readonly unknown: readonly (readonly [string, number])[];
    };

/** Stand-ins for the API servers of many clusters. */
export interface Replay {
  /** The ports of the clusters on 127.0.0.1, in order. */
  readonly ports: readonly number[];
  counts(): Promise<Extract<ReplayMessage, { type: 'counts' }>>;
  /** Returns the CPU seconds that the stand-ins have used. */
  cpu(): Promise<number>;
  end(): Promise<void>;
}

/** Starts the stand-ins in a separate process. */
export async function startReplay(options: ReplayOptions): Promise<Replay> {
  const program = join(import.meta.dirname, 'replay-server.js');
  const child = fork(program, [JSON.stringify(options)], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const crashed = once(child, 'exit').then(([code]): never => {
    throw new Error(`the replay server ended with ${code}`);
  });
  crashed.catch(() => {});
  const next = async () => ((await Promise.race([once(child, 'message'), crashed])) as [ReplayMessage])[0];
  const ready = await next();
  if (ready.type !== 'ready') throw new Error('the replay server is out of step');
  return {
    ports: ready.ports,
    counts: async () => {
      child.send('counts');
      const message = await next();
      if (message.type !== 'counts') throw new Error('the replay server is out of step');
      return message;
    },
    cpu: () => cpuSeconds(child.pid ?? 0),
    end: async () => {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    },
  };
}
