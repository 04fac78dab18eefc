import type { KubernetesObject } from '../client/objects.js';

export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount?: number;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
}

interface ContainerState {
  readonly waiting?: { readonly reason?: string; readonly message?: string };
  readonly running?: object;
  readonly terminated?: { readonly reason?: string; readonly exitCode: number; readonly message?: string };
}

export interface Pod extends Omit<KubernetesObject, 'apiVersion' | 'kind'> {
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly message?: string;
    readonly conditions?: readonly { type: string; status: string; reason?: string; message?: string }[];
    readonly initContainerStatuses?: readonly ContainerStatus[];
    readonly containerStatuses?: readonly ContainerStatus[];
  };
}

/** Returns whether a Pod is Ready and not terminating. */
export function isReady({ metadata, status }: Pod): boolean {
  if (metadata.deletionTimestamp !== undefined) return false;
  return status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

/**
 * Returns why a Pod is not Ready, in one line, as the kubelet and the scheduler report it; undefined when it is Ready
 * or terminating.
 */
export function podProblem(pod: Pod): string | undefined {
  const { metadata, status } = pod;
  if (isReady(pod) || metadata.deletionTimestamp !== undefined) return undefined;
  const condition = (type: string) =>
    status?.conditions?.find((each) => each.type === type && each.status === 'False');
  const containers = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])];
  const problem =
    first(containers, containerProblem) ??
    condition('PodScheduled')?.message ??
    status?.message ??
    condition('Ready')?.message ??
    `phase ${status?.phase ?? 'unknown'}`;
  return `Pod ${metadata.name}: ${problem}`;
}

function containerProblem({
  name,
  ready,
  state,
  lastState,
  restartCount = 0,
}: ContainerStatus): string | undefined {
  const { waiting, terminated } = state ?? {};
  // These two only say that the container has not been reached yet.
  if (waiting?.reason !== undefined && !['PodInitializing', 'ContainerCreating'].includes(waiting.reason)) {
    const last = lastState?.terminated;
    const before =
      last === undefined ? '' : `, last exit code ${last.exitCode} (${last.reason ?? 'no reason'})`;
    return `${name} ${waiting.reason}${waiting.message ? `: ${waiting.message}` : ''}${before}`;
  }
  if (terminated !== undefined && terminated.exitCode !== 0) {
    return `${name} ended with exit code ${terminated.exitCode} (${terminated.reason ?? 'no reason'})`;
  }
  return state?.running !== undefined && !ready && restartCount > 0
    ? `${name} runs but is not ready, after ${restartCount} restarts`
    : undefined;
}

function first<T, R>(items: readonly T[], map: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const result = map(item);
    if (result !== undefined) return result;
  }
  return undefined;
}
