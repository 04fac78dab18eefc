import { planWorkflowId, WorkflowType } from '../../rollout/names.js';
import { RolloutError } from '../../rollout/rollout-error.js';
import type { TemporalAccess } from '../connection/connection.js';
import { searchAttributeKeys } from '../connection/search-attribute-keys.js';
import { isClosed, rolloutFacts } from '../reading/rollout-facts.js';

/**
 * How long plans may take and how many may run. Everyone with read access can request plans, and each keeps workers
 * busy.
 */

const MINUTE_MS = 60_000;
const SHORTEST_MS = 15 * MINUTE_MS;
const LONGEST_MS = 180 * MINUTE_MS;
/** The time per remote: its dry runs may take 90 s, and ten remotes are tried at a time. */
const REMOTE_MS = 9_000;

/** How many plans may run at the same time. */
const MOST = { ofMesh: 3, inAll: 10 };

const TIMEOUT_MS = 5_000;
/** Temporal's visibility lists a workflow within this time after its start. */
const LISTED_WITHIN_MS = 10_000;

/**
 * Returns how long the plan of a number of remotes may take, in milliseconds: 15 minutes for up to 100 remotes, then
 * in proportion, at most 3 hours. Without a limit a plan would wait forever when no worker runs.
 */
export function longestPlanMs(remotes: number): number {
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, remotes * REMOTE_MS));
}

/** Limits the plans that run at the same time, as listed by Temporal's visibility. */
export class PlanPlaces {
  readonly #access: TemporalAccess;
  /** Plans of this process that may not be listed yet, in the order of their requests. */
  readonly #fresh = new Map<string, { readonly mesh: string; readonly since: number }>();

  constructor(access: TemporalAccess) {
    this.#access = access;
  }

  /**
   * Reserves a place for a plan and starts it. If the start fails, the place is released.
   * @throws RolloutError `plans-busy`; the errors of {@link TemporalAccess.call} and of `start`
   */
  async use<Started>(planId: string, mesh: string, start: () => Promise<Started>): Promise<Started> {
    const since = Date.now();
    for (const [id, each] of this.#fresh) if (each.since < since - LISTED_WITHIN_MS) this.#fresh.delete(id);
    const before = [...this.#fresh.keys()];
    this.#fresh.set(planId, { mesh, since });
    try {
      const listed = await this.#list(new Date(since - LISTED_WITHIN_MS));
      // Earlier requests that have been refused meanwhile use no place.
      const unlisted = before.flatMap((id) => (listed.has(id) ? [] : (this.#fresh.get(id)?.mesh ?? [])));
      const meshes = [...[...listed.values()].flatMap((each) => each ?? []), ...unlisted];
      assertPlace(mesh, meshes);
      return await start();
    } catch (error) {
      this.#fresh.delete(planId);
      throw error;
    }
  }

  /**
   * Returns the mesh of every running plan by the plan's ID; undefined for plans that ended shortly after their
   * start.
   */
  async #list(since: Date): Promise<Map<string, string | undefined>> {
    const { client } = this.#access;
    const recent = `(ExecutionStatus = 'Running' OR StartTime > '${since.toISOString()}')`;
    const query = `WorkflowType = '${WorkflowType.plan}' AND ${recent}`;
    return this.#access.call(TIMEOUT_MS, async () => {
      const plans = new Map<string, string | undefined>();
      let running = 0;
      for await (const workflow of client.workflow.list({ query, pageSize: 100 })) {
        const isRunning = !isClosed(rolloutFacts(workflow, undefined).execution);
        const mesh = workflow.typedSearchAttributes.get(searchAttributeKeys.mesh) ?? '';
        plans.set(workflow.workflowId.slice(planWorkflowId('').length), isRunning ? mesh : undefined);
        running += isRunning ? 1 : 0;
        // Enough to refuse; somebody may have started any number of plans in Temporal.
        if (running >= MOST.inAll) break;
      }
      return plans;
    });
  }
}

function assertPlace(mesh: string, running: readonly string[]): void {
  const ofMesh = running.filter((each) => each === mesh).length;
  const who =
    ofMesh >= MOST.ofMesh
      ? `${ofMesh} plans of mesh ${mesh} run already`
      : running.length >= MOST.inAll
        ? `${running.length} plans run already`
        : undefined;
  if (who === undefined) return;
  throw new RolloutError(
    'plans-busy',
    `${who}: at most ${MOST.ofMesh} of a mesh and ${MOST.inAll} in all may run at the same time.`,
  );
}
