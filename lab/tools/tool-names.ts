/** Programs that the lab runs, by the name of their binary. */
export const toolNames = [
  'temporal',
  'etcd',
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'kwok',
  'istioctl',
  'pilot-discovery',
] as const;

/** One program of the lab. */
export type ToolName = (typeof toolNames)[number];

/** Absolute path of every program of the lab. */
export type ToolPaths = Record<ToolName, string>;
