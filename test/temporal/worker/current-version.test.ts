import { describe, expect, it } from 'vitest';
import { type DescribedDeployment, promotionStatus } from '../../../src/temporal/worker/current-version.js';

interface Known {
  readonly buildId: string;
  /** Seconds. */
  readonly created: number;
  readonly wasCurrent?: boolean;
}

const time = (seconds: number) => ({ seconds, nanos: 0 }) as never;

function deployment(current: string | undefined, ...versions: Known[]): DescribedDeployment {
  return {
    routingConfig: {
      ...(current !== undefined && { currentDeploymentVersion: { deploymentName: 'd', buildId: current } }),
    },
    versionSummaries: versions.map(({ buildId, created, wasCurrent }) => ({
      deploymentVersion: { deploymentName: 'd', buildId },
      createTime: time(created),
      ...(wasCurrent && { lastCurrentTime: time(created + 1) }),
    })),
  };
}

const judge = (described: DescribedDeployment, buildId: string) =>
  promotionStatus(described, { deploymentName: 'd', buildId });

describe('promotionStatus', () => {
  const one = { buildId: 'one', created: 10, wasCurrent: true };
  const two = { buildId: 'two', created: 20 };

  it('lets the first version become current', () => {
    expect(judge(deployment(undefined, two), 'two')).toBe('become');
  });

  it('lets a new version replace an older one', () => {
    expect(judge(deployment('one', one, two), 'two')).toBe('become');
  });

  it('compares times below a second', () => {
    const late = { ...two, created: 10 };
    const described = deployment('one', one, late);
    expect(judge(described, 'two')).toBe('newer-is');
    for (const each of described.versionSummaries ?? []) {
      if (each.deploymentVersion?.buildId === 'two') each.createTime = { ...each.createTime, nanos: 5 };
    }
    expect(judge(described, 'two')).toBe('become');
  });

  it('leaves a newer version alone, as after a crash of an old worker', () => {
    expect(judge(deployment('two', { ...one, wasCurrent: false }, two), 'one')).toBe('newer-is');
  });

  it('leaves a rollback alone: a version takes over by itself only once', () => {
    expect(judge(deployment('one', one, { ...two, wasCurrent: true }), 'two')).toBe('was');
    expect(judge(deployment(undefined, one), 'one')).toBe('was');
  });

  it('replaces a current version that the server has forgotten', () => {
    expect(judge(deployment('gone', two), 'two')).toBe('become');
  });

  it('waits until the server knows the version', () => {
    expect(judge(deployment(undefined), 'one')).toBe('unknown');
    expect(judge(deployment('two', two), 'one')).toBe('unknown');
  });

  it('is content when it is current', () => {
    expect(judge(deployment('one', one, two), 'one')).toBe('is');
  });
});
