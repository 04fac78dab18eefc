import { execa } from 'execa';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ensureTools } from '../../../lab/tools/tools.js';
import { clusterWorkflowId, Message, rolloutWorkflowId, WorkflowType } from '../../../src/rollout/names.js';
import type { RolloutProgress } from '../../../src/rollout/progress/progress.js';
import type { ResolvedRollout } from '../../../src/rollout/resolve/resolved.js';
import { openClient, type TemporalAccess } from '../../../src/temporal/connection/connection.js';
import { ensureSearchAttributes } from '../../../src/temporal/connection/search-attributes.js';
import { createRollouts } from '../../../src/temporal/reading/rollouts.js';
import { freshName } from '../../support/lab.js';
import { until } from '../../support/wait.js';
import { useBundle, useNextBundle } from '../../support/workflows/bundles.js';
import { historiesOf, replayFailures } from '../../support/workflows/replay.js';
import { resolvedRollout } from '../../workflows/resolved-rollout.js';
import { fail, ScriptedActivities } from '../../workflows/scripted-activities.js';
import { type DevServer, startDevServer } from '../support/dev-server.js';
import { type Place, startVersion } from '../support/versioned-worker.js';

let access: TemporalAccess;
let place: Place;

let server: DevServer;

beforeAll(async () => {
  server = await startDevServer();
  access = openClient({ address: server.address, namespace: 'default' });
  await ensureSearchAttributes(access);
});
beforeEach(() => {
  place = { access, taskQueue: freshName('queue'), deployment: freshName('deployment') };
});
afterAll(async () => {
  await access?.close();
  await server?.stop();
});

async function temporal(...args: string[]) {
  const tools = await ensureTools({ names: ['temporal'] });
  return await execa(tools.temporal, [...args, '--address', server.address], { reject: false });
}

async function start({ mesh }: ResolvedRollout) {
  const handle = await access.client.workflow.start(WorkflowType.rollout, {
    workflowId: rolloutWorkflowId(mesh),
    taskQueue: place.taskQueue,
    args: [{}],
  });
  const reaches = (cluster: string, status: string) =>
    until(`${cluster} is ${status}`, async () => {
      const { clusters } = await handle.query<RolloutProgress>(Message.progress);
      return clusters.find((each) => each.cluster === cluster)?.status === status;
    });
  return { handle, reaches };
}

/** The build ID of the workers that did the last workflow task of a workflow. */
async function buildIdOf(workflowId: string): Promise<string | null | undefined> {
  const { raw } = await access.client.workflow.getHandle(workflowId).describe();
  return raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId;
}

/** Whether a workflow has been told to leave the version that it began with. */
async function isMoved(workflowId: string): Promise<boolean> {
  const { raw } = await access.client.workflow.getHandle(workflowId).describe();
  return raw.workflowExecutionInfo?.versioningInfo?.versioningOverride?.autoUpgrade === true;
}

async function deployment() {
  const described = await access.client.workflowService.describeWorkerDeployment({
    namespace: 'default',
    deploymentName: place.deployment,
  });
  return described.workerDeploymentInfo;
}

async function currentBuildId(): Promise<string | null | undefined> {
  return (await deployment())?.routingConfig?.currentDeploymentVersion?.buildId;
}

/** Build IDs, the newest first. */
async function versionsByAge(): Promise<(string | null | undefined)[]> {
  const created = ({ createTime }: { createTime?: { seconds?: unknown; nanos?: number | null } | null }) =>
    Number(String(createTime?.seconds)) * 1e9 + (createTime?.nanos ?? 0);
  const versions = [...((await deployment())?.versionSummaries ?? [])];
  versions.sort((one, other) => created(other) - created(one));
  return versions.map((version) => version.deploymentVersion?.buildId);
}

describe('a deployment of new workflow code', () => {
  test('leaves a running rollout with its version, to the end, while new rollouts get the new one', async () => {
    const resolved = resolvedRollout({ remotes: 2, maxConcurrency: 1 });
    const [parked, later] = resolved.remotes.map(({ cluster }) => cluster) as [string, string];
    const script = new ScriptedActivities(resolved).on('installRemote', parked, (call) =>
      call === 1 ? fail('field-conflict') : undefined,
    );
    const old = await startVersion(place, await useBundle(), script.build());
    expect(await old.promotion).toBe('current');
    const running = await start(resolved);
    await running.reaches(parked, 'NeedsAttention');

    const next = resolvedRollout({ remotes: 1 });
    const nextScript = new ScriptedActivities(next);
    const fresh = await startVersion(place, await useNextBundle(), nextScript.build());
    expect(fresh.buildId).not.toBe(old.buildId);
    expect(await fresh.promotion).toBe('current');
    const upgraded = await start(next);
    expect(await upgraded.handle.result()).toMatchObject({ succeeded: 1 });
    expect(await buildIdOf(rolloutWorkflowId(next.mesh))).toBe(fresh.buildId);

    await old.close();
    const restarted = await startVersion(place, await useBundle(), script.build());
    expect(restarted.buildId).toBe(old.buildId);
    expect(await restarted.promotion).toBe('not-current');
    expect(await currentBuildId()).toBe(fresh.buildId);

    await running.handle.executeUpdate(Message.retry, { args: [{ cluster: parked }] });
    expect(await running.handle.result()).toMatchObject({ succeeded: 2 });
    // The second remote was started after the deployment: a child is of the version of its parent.
    for (const cluster of [resolved.primary.cluster, parked, later]) {
      expect(await buildIdOf(clusterWorkflowId(cluster)), cluster).toBe(old.buildId);
    }
    const { events } = await running.handle.fetchHistory();
    expect(events?.filter((event) => event.workflowTaskFailedEventAttributes)).toEqual([]);
    expect(nextScript.calls.filter((call) => call.endsWith(parked) || call.endsWith(later))).toEqual([]);

    // A replay of all finds out which histories the old code could not go on with: those of the new rollout.
    const query = `TaskQueue = '${place.taskQueue}'`;
    await until('all are listed', async () => (await access.client.workflow.count(query)).count === 7);
    const failures = await replayFailures(await useBundle(), historiesOf(access.client, place.taskQueue));
    const ofNext = [next.primary, ...next.remotes].map(({ cluster }) => clusterWorkflowId(cluster));
    expect(failures.map((failure) => failure.split(':')[0]).sort()).toEqual(
      [rolloutWorkflowId(next.mesh), ...ofNext].sort(),
    );
    await Promise.all([fresh.close(), restarted.close()]);
  });

  test('is taken back by a person, and stays so when workers start again', async () => {
    const script = new ScriptedActivities(resolvedRollout({ remotes: 1 })).build();
    // Two workers each, all at once: whoever is first, the newest version is current at the end.
    const workers = await Promise.all(
      [useBundle, useNextBundle, useBundle, useNextBundle].map(async (bundle) =>
        startVersion(place, await bundle(), script),
      ),
    );
    await Promise.all(workers.map(({ promotion }) => promotion));
    const [newest, older] = await versionsByAge();
    expect(await currentBuildId()).toBe(newest);

    const back = ['--deployment-name', place.deployment, '--build-id', older ?? '', '--yes'];
    const { exitCode, stderr } = await temporal('worker', 'deployment', 'set-current-version', ...back);
    expect(exitCode, stderr).toBe(0);
    await Promise.all(workers.map((worker) => worker.close()));
    for (const bundle of [useNextBundle, useBundle]) {
      const worker = await startVersion(place, await bundle(), script);
      expect(await worker.promotion).toBe(worker.buildId === older ? 'current' : 'not-current');
      await worker.close();
    }
    expect(await currentBuildId()).toBe(older);
  });

  test('can take a rollout over whose workers are gone, when a person says so', async () => {
    const resolved = resolvedRollout({ remotes: 1 });
    const [{ cluster }] = resolved.remotes as [{ cluster: string }];
    const script = new ScriptedActivities(resolved).on('installRemote', cluster, (call) =>
      call === 1 ? fail('field-conflict') : undefined,
    );
    const bundle = await useBundle();
    const old = await startVersion(place, bundle, script.build());
    const { handle, reaches } = await start(resolved);
    await reaches(cluster, 'NeedsAttention');
    await old.close();

    const compatible = { ...bundle, code: `// A later version with the same steps.\n${bundle.code}` };
    const fresh = await startVersion(place, compatible, script.build());
    expect(await fresh.promotion).toBe('current');
    const blind = await createRollouts(access).get(resolved.mesh);
    expect(blind).toMatchObject({ worker: 'none', version: `${place.deployment}:${old.buildId}` });

    const moved = await temporal(
      ...['workflow', 'update-options', '--query', `MeshName = '${resolved.mesh}'`, '--yes'],
      ...['--versioning-override-behavior', 'auto_upgrade'],
    );
    expect(moved.exitCode, moved.stderr).toBe(0);
    // Temporal does it after the answer; a query that comes before waits half a minute for the workers that are gone.
    await until('both workflows are moved', async () => {
      const both = [rolloutWorkflowId(resolved.mesh), clusterWorkflowId(cluster)];
      return (await Promise.all(both.map(isMoved))).every(Boolean);
    });
    await reaches(cluster, 'NeedsAttention');
    await handle.executeUpdate(Message.retry, { args: [{ cluster }] });
    expect(await handle.result()).toMatchObject({ succeeded: 1 });
    expect(await buildIdOf(clusterWorkflowId(cluster))).toBe(fresh.buildId);
    await fresh.close();
  });
});
