/** Programs that serve every lab. */
export const commonTools = ['temporal', 'etcd', 'kwok'] as const;

/** Programs of the ordinary lab: today's Kubernetes and Istio. */
export const ordinaryTools = [
  ...commonTools,
  'kube-apiserver',
  'kube-controller-manager',
  'kube-scheduler',
  'istioctl',
  'pilot-discovery',
] as const;

/** Programs of Istio 1.4 and of the Kubernetes 1.15 that it runs on. */
export const oldTools = [
  'kube-apiserver-1.15',
  'kube-controller-manager-1.15',
  'kube-scheduler-1.15',
  'kubectl-1.15',
  'istioctl-1.4',
  'pilot-discovery-1.4',
  'sidecar-injector-1.4',
  'istio_ca-1.4',
] as const;

/** Programs of Istio 1.30, on today's Kubernetes. */
export const previousTools = ['istioctl-1.30', 'pilot-discovery-1.30'] as const;

/** Programs that the lab runs, by the name of their binary; of two versions one has its version in the name. */
export const toolNames = [...ordinaryTools, ...oldTools, ...previousTools, 'helm'] as const;

/** One program of the ordinary lab. */
type OrdinaryTool = (typeof ordinaryTools)[number];

/** One program of the lab. */
export type ToolName = (typeof toolNames)[number];

/** Absolute paths of programs: of all that the ordinary lab has, and of others. */
export type ToolPaths = Record<OrdinaryTool, string> & SomeToolPaths;

/** Absolute paths of some programs. */
export type SomeToolPaths = Partial<Record<ToolName, string>>;

/** The name that a program has in its own releases, such as `kubectl` for `kubectl-1.15`. */
export function plainName(tool: ToolName): string {
  return tool.replace(/-\d+\.\d+$/, '');
}

/** @throws Error that says how to have it, when the program is not among them. */
export function pathOf(tools: SomeToolPaths, name: ToolName): string {
  const path = tools[name];
  if (path === undefined)
    throw new Error(`this lab was started without ${name}: "lab tools --all" builds it`);
  return path;
}
