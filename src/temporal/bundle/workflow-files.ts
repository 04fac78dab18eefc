import { fileURLToPath } from 'node:url';

/** The compiled workflows, as `tsc` leaves them, seen from this file's own compiled place. */
export const COMPILED_WORKFLOWS = fileURLToPath(new URL('../../../workflows/index.js', import.meta.url));

/** The workflow bundle, built ahead from {@link COMPILED_WORKFLOWS} by the program `bundle.js`. */
export const WORKFLOW_BUNDLE = fileURLToPath(new URL('../../../workflow-bundle.js', import.meta.url));

/** The module `failure-converter.js`; for bundler and worker, which load it by its path. */
export const FAILURE_CONVERTER = fileURLToPath(
  new URL('../connection/failure-converter.js', import.meta.url),
);

/**
 * The same workflows with {@link FAILURE_CONVERTER} in the bundle, where the SDK takes the converter of workflow code
 * from: for workers with a codec.
 */
export const ENCODING_WORKFLOW_BUNDLE = fileURLToPath(
  new URL('../../../workflow-bundle-encoding.js', import.meta.url),
);
