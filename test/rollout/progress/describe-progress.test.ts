import { describe, expect, it } from 'vitest';
import { describeCluster, describeRollout } from '../../../src/rollout/progress/describe-progress.js';
import type { ClusterProgress, RolloutProgress } from '../../../src/rollout/progress/progress.js';

const attention = {
  code: 'permission-missing',
  message: 'may not patch secrets\nmay not create leases',
  action: 'Grant it, then retry.',
};

function remote(cluster: string, changes: Partial<ClusterProgress> = {}): ClusterProgress {
  return { cluster, role: 'remote', status: 'Succeeded', changed: 26, ...changes };
}

function rollout(changes: Partial<RolloutProgress> = {}): RolloutProgress {
  return {
    mesh: 'shop',
    rolloutId: 'run-1',
    release: '1.31',
    requestedBy: 'alice',
    status: 'Running',
    startedAt: 0,
    steps: [],
    waves: [],
    clusters: [],
    clusterCount: 0,
    findings: [],
    audit: [],
    changed: 26,
    ...changes,
  };
}

describe('the current details of a rollout', () => {
  it('tell what waits, why, and which update lets it go on; what is well is counted', () => {
    const clusters = [
      remote('hub', { role: 'primary' }),
      remote('eu-1'),
      remote('eu-2', { status: 'Running', step: 'install-remote' }),
      remote('eu-3', { status: 'NeedsAttention', step: 'register-remote', attention }),
    ];
    expect(describeRollout(rollout({ clusters }))).toBe(
      [
        '**shop** · Running · Istio 1.31',
        '',
        '1 of 3 remotes attached · 1 Running · 1 NeedsAttention · 26 objects changed',
        '',
        // Lines that end in two spaces break in Markdown.
        '- **eu-3** · NeedsAttention at register-remote  ',
        '  `permission-missing`: may not patch secrets  ',
        '  may not create leases  ',
        '  Next: Grant it, then retry.',
        '- **eu-2** · Running at install-remote',
        '',
        'To continue, send the update `retry` or `skip` with `{"cluster": "eu-3"}`.',
      ].join('\n'),
    );
  });

  it('offer no skip for the primary', () => {
    const clusters = [remote('hub', { role: 'primary', status: 'NeedsAttention', attention })];
    expect(describeRollout(rollout({ clusters }))).toMatch(
      /send the update `retry` with `\{"cluster": "hub"\}`\.$/,
    );
  });

  it('name the wave that waits for approval', () => {
    const waves = [
      {
        name: 'canary',
        status: 'NeedsAttention' as const,
        clusters: [],
        waitingFor: 'approval before the next wave',
      },
    ];
    expect(describeRollout(rollout({ waves }))).toContain(
      'Wave **canary** waits for approval before the next wave. To continue, send the update `approve` `{"wave": "canary"}`.',
    );
  });

  it('say at the end that nothing was changed, and leave out what waited for a skipped remote', () => {
    const clusters = [remote('eu-1'), remote('eu-2', { status: 'Skipped', attention })];
    const text = describeRollout(rollout({ status: 'Succeeded', changed: 0, clusters }));
    expect(text).toContain('1 of 2 remotes attached · 1 Skipped · nothing changed');
    expect(text).not.toContain('To go on');
  });

  it('stay below what Temporal shows, with hundreds of remotes that wait', () => {
    const clusters = Array.from({ length: 300 }, (_, index) =>
      remote(`edge-${index}`, { status: 'NeedsAttention', attention }),
    );
    expect(describeRollout(rollout({ clusters })).length).toBeLessThan(20_000);
  });
});

describe('the current details of a cluster', () => {
  it('tell what it waits for, and every step with what it found', () => {
    const steps = [
      { step: 'prepare-namespace', status: 'Succeeded', attempts: 1, message: 'namespace is there' },
      { step: 'install-remote', status: 'NeedsAttention', attempts: 1, message: attention.message },
      { step: 'register-remote', status: 'Pending', attempts: 0 },
    ] as const;
    expect(describeCluster(remote('eu-1', { status: 'NeedsAttention', attention, steps }))).toBe(
      [
        '**eu-1** · remote · NeedsAttention',
        '',
        '**Waits**',
        '',
        '- `permission-missing`: may not patch secrets',
        '- may not create leases',
        '- Next: Grant it, then retry.',
        '- To continue, send the update `retry` or `skip`.',
        '',
        '- prepare-namespace: Succeeded – namespace is there',
        '- install-remote: NeedsAttention',
        '- register-remote: Pending',
      ].join('\n'),
    );
  });
});
