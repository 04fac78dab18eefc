import { DefaultFailureConverter } from '@temporalio/common';

/**
 * Puts messages and stack traces of failures into payloads, so that a codec encrypts them. Temporal itself then shows
 * "Encoded failure". The worker loads this module by its path, and the bundle loads it into the workflow sandbox.
 */
export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
