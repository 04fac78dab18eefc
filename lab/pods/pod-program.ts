import type { PodPorts } from '../network/cluster-network.js';
import type { Mount, Pod } from './pod.js';

/** Where on this machine the program of one Pod finds its things. */
export interface PodPlan {
  /** Absolute path of the folder that stands for the root of its container. */
  root: string;
  /** Absolute path of a kubeconfig for the Pod's ServiceAccount. */
  kubeconfig: string;
  /** Ports of the Pod, and where on 127.0.0.1 it is to listen instead. */
  ports: PodPorts;
}

/** A program of Istio's of which the lab runs a process for each Pod. */
export interface PodProgram {
  /** In messages, such as `istiod`. */
  readonly name: string;
  /** Its Pods have this label, such as `app=istiod`. */
  readonly label: string;
  /** Name of its container. */
  readonly container: string;
  /** The ports on which it listens in its Pod. */
  readonly ports: readonly number[];
  /** What of its mounts it reads as files; a Pod waits for those that are not optional. */
  readonly mounts: readonly Mount['kind'][];
  /** The webhook's Service, by name, and the port of the Pod that answers at its port 443. */
  readonly service?: { readonly name: string; readonly port: number };
  /** How long it may take to end when its Pod goes, before it gets SIGKILL. */
  readonly graceMilliseconds: number;
  /**
   * Absolute path of the binary.
   * @throws Error when the lab was started without it.
   */
  command(pod: Pod): string;
  /** Arguments; those that come last win. */
  arguments(pod: Pod, plan: PodPlan): string[];
  /** What the file at that path of the container is to say instead of what is mounted there. */
  adapt?(path: string, text: string): string;
  /** Whether it says that it is ready, as the readiness probe of its chart asks. */
  isReady(plan: PodPlan): Promise<boolean>;
}

/** Whether somebody answers a GET of a path on that port of 127.0.0.1 with 2xx within 5 s. */
export async function answers(port: number | undefined, path: string): Promise<boolean> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(5_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
