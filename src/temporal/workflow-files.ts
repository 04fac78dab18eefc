import { fileURLToPath } from 'node:url';

/** The compiled workflows, as `tsc` leaves them, seen from this file's own compiled place. */
export const COMPILED_WORKFLOWS = fileURLToPath(new URL('../../workflows/index.js', import.meta.url));

/** The workflow bundle, built ahead from {@link COMPILED_WORKFLOWS} by the program `bundle.js`. */
export const WORKFLOW_BUNDLE = fileURLToPath(new URL('../../workflow-bundle.js', import.meta.url));
