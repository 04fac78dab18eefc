import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleWithSourceMap } from '@temporalio/worker';

const bundles = new Map<string, Promise<WorkflowBundleWithSourceMap>>();

/** The bundle of the workflows as they are in the sources, built once. */
export function useBundle(): Promise<WorkflowBundleWithSourceMap> {
  return bundleOf('../../../workflows/index.ts');
}

/** The bundle of workflows that cannot go on with the histories of {@link useBundle}'s; see next-version.ts. */
export function useNextBundle(): Promise<WorkflowBundleWithSourceMap> {
  return bundleOf('../../workflows/programs/next-version.ts');
}

function bundleOf(path: string): Promise<WorkflowBundleWithSourceMap> {
  const known = bundles.get(path);
  if (known) return known;
  const bundle = bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL(path, import.meta.url)),
    logger: new DefaultLogger('WARN'),
  });
  bundles.set(path, bundle);
  return bundle;
}
