/** A build program: creates the workflow bundles that workers load, so that no worker has to run webpack at start. */
import { writeFile } from 'node:fs/promises';
import { type BundleOptions, bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import {
  COMPILED_WORKFLOWS,
  ENCODING_WORKFLOW_BUNDLE,
  FAILURE_CONVERTER,
  WORKFLOW_BUNDLE,
} from './workflow-files.js';

/**
 * For the query `__stack_trace`, the SDK keeps the stack of every promise of a workflow. With ten frames each, a
 * rollout of a thousand remotes spends more than half of its time on them (bench/README.md). One frame still shows
 * where an error was thrown. Workflow code cannot set this: the SDK freezes the globals once the bundle is loaded
 * (sdk-typescript 1.23, worker/src/workflow/reusable-vm.ts). It is inserted before the first line, so that line
 * numbers still match the source map.
 */
const ONE_FRAME = 'Error.stackTraceLimit = 1; ';

async function bundle(file: string, options: Partial<BundleOptions> = {}): Promise<void> {
  const logger = new DefaultLogger('WARN');
  const { code } = await bundleWorkflowCode({ workflowsPath: COMPILED_WORKFLOWS, logger, ...options });
  await writeFile(file, ONE_FRAME + code);
}

await bundle(WORKFLOW_BUNDLE);
await bundle(ENCODING_WORKFLOW_BUNDLE, { failureConverterPath: FAILURE_CONVERTER });
