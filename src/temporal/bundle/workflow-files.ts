import { fileURLToPath } from 'node:url';

/** The workflows compiled by `tsc`, relative to the compiled form of this file. */
export const COMPILED_WORKFLOWS = fileURLToPath(new URL('../../../workflows/index.js', import.meta.url));

/** The workflow bundle, built in advance from {@link COMPILED_WORKFLOWS} by the program `bundle.js`. */
export const WORKFLOW_BUNDLE = fileURLToPath(new URL('../../../workflow-bundle.js', import.meta.url));

/** The module `failure-converter.js`, which the bundler and the worker load by its path. */
export const FAILURE_CONVERTER = fileURLToPath(
  new URL('../connection/failure-converter.js', import.meta.url),
);

/**
 * The same workflows with {@link FAILURE_CONVERTER} in the bundle, for workers with a codec. The SDK takes the
 * converter of workflow code from the bundle.
 */
export const ENCODING_WORKFLOW_BUNDLE = fileURLToPath(
  new URL('../../../workflow-bundle-encoding.js', import.meta.url),
);
