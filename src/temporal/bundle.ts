/** A program of the build: makes the workflow bundles that workers load, so that none has to run webpack at start. */
import { writeFile } from 'node:fs/promises';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import {
  COMPILED_WORKFLOWS,
  ENCODING_WORKFLOW_BUNDLE,
  FAILURE_CONVERTER,
  WORKFLOW_BUNDLE,
} from './workflow-files.js';

const options = { workflowsPath: COMPILED_WORKFLOWS, logger: new DefaultLogger('WARN') };
const plain = await bundleWorkflowCode(options);
await writeFile(WORKFLOW_BUNDLE, plain.code);
const encoding = await bundleWorkflowCode({ ...options, failureConverterPath: FAILURE_CONVERTER });
await writeFile(ENCODING_WORKFLOW_BUNDLE, encoding.code);
