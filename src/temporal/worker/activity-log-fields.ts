import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { stepNameOf } from '../reading/attempt.js';

/** The fields in which inputs of activities name their cluster and mesh; see {@link Activities}. */
interface About {
  readonly mesh?: unknown;
  readonly cluster?: unknown;
  readonly primary?: unknown;
}

/**
 * Adds the mesh, the cluster, the step and the attempt to every line that an activity logs, or that the SDK logs
 * about it. Nothing else of the input is logged, because it belongs to the user.
 */
export const activityLogFields: ActivityInterceptorsFactory = ({ info }) => {
  let about: About = {};
  return {
    inbound: {
      execute: async (input, next) => {
        const [first] = input.args;
        if (typeof first === 'object' && first !== null) about = first;
        return next(input);
      },
    },
    outbound: {
      getLogAttributes: (attributes, next) => {
        const mesh = about.mesh ?? meshOf(info.workflowExecution?.workflowId);
        const cluster = about.cluster ?? about.primary;
        return next({
          ...attributes,
          ...(typeof mesh === 'string' && { mesh }),
          ...(typeof cluster === 'string' && { cluster }),
          step: stepNameOf(info.activityType),
          attempt: info.attempt,
        });
      },
    },
  };
};

function meshOf(workflowId: string | undefined): string | undefined {
  return /^mesh\/(.+)$/.exec(workflowId ?? '')?.[1];
}
