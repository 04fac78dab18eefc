import { describe, expect, it } from 'vitest';
import { type DescribedTaskQueue, whyNoWorker, whyNoWorkerOf } from '../../../src/temporal/worker/pollers.js';

const NOW = 1_000_000;
const version = (buildId: string) => ({ deploymentName: 'mesh-rollout', buildId });

/** A task queue as server 1.31.2 describes it; a worker without build ID is not versioned. */
function queue(current: string | undefined, ...workers: { buildId?: string; secondsAgo?: number }[]) {
  return {
    pollers: workers.map(({ buildId, secondsAgo = 1 }) => ({
      lastAccessTime: { seconds: (NOW / 1000 - secondsAgo) as never, nanos: 0 },
      ...(buildId && { deploymentOptions: { ...version(buildId), workerVersioningMode: 2 } }),
    })),
    ...(current && { versioningInfo: { currentDeploymentVersion: version(current) } }),
  } as DescribedTaskQueue;
}

describe('whyNoWorker', () => {
  it('is content with one worker of the current version', () => {
    expect(whyNoWorker(queue('two', { buildId: 'one' }, { buildId: 'two' }), NOW)).toBeUndefined();
    expect(whyNoWorker(queue(undefined, {}), NOW)).toBeUndefined();
  });

  it('does not count a worker that has not polled for longer than a poll lasts', () => {
    expect(whyNoWorker(queue('one', { buildId: 'one', secondsAgo: 80 }), NOW)).toBe(
      'No worker polls the task queue mesh-rollout.',
    );
  });

  it('names the current version, and those whose workers poll instead', () => {
    expect(whyNoWorker(queue('two', { buildId: 'one' }, {}), NOW)).toBe(
      'No worker takes new rollouts from the task queue mesh-rollout: the current version is ' +
        'mesh-rollout:two, and only workers of mesh-rollout:one, no version poll.',
    );
    expect(whyNoWorker(queue(undefined, { buildId: 'one' }), NOW)).toContain('no version is current');
  });
});

describe('whyNoWorkerOf', () => {
  it('is content with a worker of the version that the rollout has begun with, whichever is current', () => {
    const both = queue('two', { buildId: 'one' }, { buildId: 'two' });
    expect(whyNoWorkerOf('mesh-rollout:one', both, NOW)).toBeUndefined();
  });

  it('is not content with a worker of another version', () => {
    const newer = queue('two', { buildId: 'one', secondsAgo: 80 }, { buildId: 'two' });
    expect(whyNoWorkerOf('mesh-rollout:one', newer, NOW)).toBe(
      'The rollout needs a worker of version mesh-rollout:one, and none polls.',
    );
    expect(whyNoWorkerOf('mesh-rollout:one', queue('two'), NOW)).toContain('No worker polls');
  });

  it('wants for a rollout that has not begun what new rollouts want', () => {
    expect(whyNoWorkerOf(undefined, queue('two', { buildId: 'two' }), NOW)).toBeUndefined();
    expect(whyNoWorkerOf(undefined, queue('two', { buildId: 'one' }), NOW)).toContain('the current version');
  });
});
