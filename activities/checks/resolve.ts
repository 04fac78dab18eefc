import type { Installers, WayOfInstalling } from '../../src/istio/installers/installers.js';
import type { Activities } from '../../src/rollout/activities.js';
import { parseRollout } from '../../src/rollout/document/parse-rollout.js';
import { rolloutWorkflowId, TASK_QUEUE, WorkflowType } from '../../src/rollout/names.js';
import { RolloutError } from '../../src/rollout/rollout-error.js';
import { defineActivity } from '../activity.js';
import type { ActivityDependencies } from '../dependencies.js';
import { toFailure } from '../failure.js';

/**
 * The activity `resolve`. Fails for good with `document-invalid`, listing every problem, with `workflow-id-wrong`, or
 * with `inventory-invalid`.
 */
export function resolve({ clusters, installers }: ActivityDependencies): Activities['resolve'] {
  return defineActivity(async ({ document, workflowId }) => {
    const parsed = parseRollout(document, await clusters.inventory());
    if (!parsed.ok) {
      const { problems } = parsed;
      const lines = problems.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`));
      throw toFailure(new RolloutError('document-invalid', lines.join('\n')), { problems });
    }
    const toolVersion = await versionOf(installers, parsed.value);
    const resolved = { ...parsed.value, ...(toolVersion !== undefined && { toolVersion }) };
    const { mesh } = resolved;
    const lock = rolloutWorkflowId(mesh);
    if (workflowId === undefined || workflowId === lock) return resolved;
    const command = `temporal workflow start --type ${WorkflowType.rollout} --task-queue ${TASK_QUEUE} --workflow-id ${lock} --input-file rollout.json`;
    throw new RolloutError(
      'workflow-id-wrong',
      `the rollout of mesh ${mesh} was started under the workflow ID ${workflowId}; it must be ${lock}, which keeps a second rollout of the mesh out. Start it with: ${command}`,
      { action: command },
    );
  });
}

/** Undefined where this worker cannot install the release: the checks of the primary say that. */
async function versionOf(installers: Installers, way: WayOfInstalling): Promise<string | undefined> {
  try {
    return await installers.of(way).toolVersion(way.release);
  } catch (error) {
    if (error instanceof RolloutError) return undefined;
    throw error;
  }
}
