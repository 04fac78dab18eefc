/** A program of the build: makes the workflow bundle that workers load, so that none has to run webpack at start. */
import { writeFile } from 'node:fs/promises';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { COMPILED_WORKFLOWS, WORKFLOW_BUNDLE } from './workflow-files.js';

const { code } = await bundleWorkflowCode({
  workflowsPath: COMPILED_WORKFLOWS,
  logger: new DefaultLogger('WARN'),
});
await writeFile(WORKFLOW_BUNDLE, code);
