import {
  ApplicationFailure,
  condition,
  defineQuery,
  defineUpdate,
  ParentClosePolicy,
  proxyActivities,
  setHandler,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { DecisionInput, DecisionResult } from '../../../src/rollout/messages.js';
import type { ClusterProgress, RolloutProgress } from '../../../src/rollout/progress/progress.js';
import { startRollout } from '../../../src/rollout/progress/rollout-progress.js';
import { searchAttributeKeys } from '../../../src/temporal/connection/search-attribute-keys.js';

/** The smallest workflows with the types, queries, updates and children of real rollouts. */

export interface TinyDocument {
  readonly mesh: string;
  /** `invalid`: fail as for a bad document. `wait`: until retry or skip for `parked`. */
  readonly behaviour: 'invalid' | 'wait' | 'children';
}

const { installRemote } = proxyActivities<{ installRemote(cluster: string): Promise<void> }>({
  startToCloseTimeout: '1 minute',
  retry: { initialInterval: '2s', backoffCoefficient: 1 },
});

export async function rollout(document: TinyDocument): Promise<void> {
  const info = workflowInfo();
  const rolloutId = info.firstExecutionRunId;
  const waiting = new Set(['parked']);
  const requestedBy = String(info.memo?.requestedBy);
  const start = startRollout({ mesh: document.mesh, rolloutId, requestedBy, at: info.startTime.getTime() });
  const cluster = (name: string, rest: Partial<ClusterProgress>): ClusterProgress => ({
    cluster: name,
    role: 'remote',
    status: 'Pending',
    changed: 0,
    ...rest,
  });
  setHandler(
    defineQuery<RolloutProgress>('progress'),
    (): RolloutProgress => ({
      ...start,
      release: '1.31',
      status: waiting.size === 0 ? 'Succeeded' : 'Running',
      clusters: [
        cluster('parked', { status: waiting.has('parked') ? 'NeedsAttention' : 'Succeeded' }),
        ...(document.behaviour === 'children' ? [cluster('failing', { status: 'Running' })] : []),
      ],
    }),
  );
  for (const name of ['retry', 'skip']) {
    setHandler(
      defineUpdate<DecisionResult, [DecisionInput]>(name),
      ({ cluster: wanted }) => {
        waiting.delete(wanted ?? 'parked');
        return { clusters: [wanted ?? 'parked'] };
      },
      {
        validator: ({ cluster: wanted, by }) => {
          if (wanted === 'stranger')
            throw ApplicationFailure.create({ type: 'cluster-unknown', message: `no ${wanted}` });
          if (wanted === 'busy')
            throw ApplicationFailure.create({ type: 'not-waiting', message: `${by}: busy` });
        },
      },
    );
  }
  // What takes long: the handler of `pause` never ends, that of `abort` fails the workflow's task whenever it is tried.
  setHandler(defineUpdate('pause'), () => condition(() => false));
  setHandler(defineUpdate('abort'), () => {
    throw new Error('a defect');
  });
  if (document.behaviour === 'invalid') {
    const problems = [{ path: 'remotes', message: 'must have at least one entry' }];
    const detail = { code: 'document-invalid', action: 'Correct it.', problems };
    throw ApplicationFailure.nonRetryable('the document has one problem', 'document-invalid', detail);
  }
  if (document.behaviour === 'children') {
    await startChild(remote, {
      workflowId: 'cluster/failing',
      args: ['failing'],
      parentClosePolicy: ParentClosePolicy.TERMINATE,
      memo: { mesh: document.mesh, rolloutId },
      typedSearchAttributes: [
        { key: searchAttributeKeys.mesh, value: document.mesh },
        { key: searchAttributeKeys.cluster, value: 'failing' },
        { key: searchAttributeKeys.status, value: 'Running' },
        { key: searchAttributeKeys.step, value: 'install-remote' },
      ],
    });
  }
  await condition(() => waiting.size === 0);
}

export async function remote(cluster: string): Promise<void> {
  await installRemote(cluster);
}
