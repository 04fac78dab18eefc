import {
  commonTools,
  oldTools,
  ordinaryTools,
  previousTools,
  type ToolName,
  toolNames,
} from './tool-names.js';

/** Releases of Istio that a lab can run, today's first. 1.4 runs on Kubernetes 1.15, the others on 1.34. */
export const releases = ['1.31', '1.30', '1.4'] as const;

/** One release of Istio. */
export type Release = (typeof releases)[number];

/** Today's release. */
export const DEFAULT_RELEASE: Release = '1.31';

/** What Istio is installed with. */
export const installers = ['istioctl', 'helm'] as const;

/** What somebody wants to do with a lab. */
export interface ToolSelection {
  /** @default '1.31' */
  readonly release?: Release | undefined;
  /** @default 'istioctl' */
  readonly installer?: (typeof installers)[number] | undefined;
  /** Everything that there is. */
  readonly all?: boolean | undefined;
}

const toolsOf: Record<Release, readonly ToolName[]> = {
  '1.31': ordinaryTools,
  '1.30': [...ordinaryTools, ...previousTools],
  '1.4': [...commonTools, ...oldTools],
};

/** The programs that a lab and its user need for it, and the releases whose Helm charts they need. */
export function selectTools(selection: ToolSelection): {
  readonly names: readonly ToolName[];
  readonly charts: readonly Release[];
} {
  if (selection.all) return { names: toolNames, charts: releases };
  const release = selection.release ?? DEFAULT_RELEASE;
  if (selection.installer !== 'helm') return { names: toolsOf[release], charts: [] };
  return { names: [...toolsOf[release], 'helm'], charts: [release] };
}
