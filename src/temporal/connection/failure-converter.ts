import { DefaultFailureConverter } from '@temporalio/common';

/**
 * Puts messages and stack traces of failures into payloads, so that a codec encrypts them; Temporal itself shows
 * "Encoded failure". Loaded by its path: by the worker, and into the sandbox of the workflows with the bundle.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
