import { describe, expect, it } from 'vitest';
import { renderNext } from '../../../src/cli/render/next-steps.js';
import { frame } from '../support/frame.js';
import { attached, finished, parked, primary, rollout } from '../support/views.js';

const page = frame();
const overlap = { code: 'service-cidr-overlap', message: 'overlap', action: 'Accept it.' };

describe('what a person can do next', () => {
  it('is nothing while all goes well, and when all is over', () => {
    expect(renderNext(rollout({ clusters: [primary(), attached('eu-1')] }), page)).toEqual([]);
    expect(renderNext(finished(), page)).toEqual([]);
  });

  it('is to resume a rollout that is paused', () => {
    expect(renderNext(rollout({ status: 'Paused' }), page)).toEqual([
      'to continue  mesh-rollout resume shop',
    ]);
  });

  it('is to approve a wave', () => {
    const waves = [
      { name: 'canary', status: 'NeedsAttention' as const, clusters: [], waitingFor: 'approval' },
    ];
    expect(renderNext(rollout({ status: 'NeedsAttention', waves, clusters: [] }), page)).toEqual([
      'to continue  mesh-rollout approve shop --wave canary',
    ]);
  });

  it('is to retry or to skip a cluster', () => {
    expect(renderNext(rollout({ clusters: [parked('eu-3')] }), page)).toEqual([
      'when fixed  mesh-rollout retry shop --cluster eu-3',
      'or to skip  mesh-rollout skip shop --cluster eu-3 --reason "…"',
    ]);
  });

  it('is one command for all that wait with the same code', () => {
    expect(renderNext(rollout({ clusters: [parked('eu-3'), parked('eu-4')] }), page)[0]).toBe(
      'when fixed  mesh-rollout retry shop --code permission-denied',
    );
  });

  it('is to accept a finding where that is allowed', () => {
    expect(renderNext(rollout({ status: 'NeedsAttention', attention: overlap, clusters: [] }), page)).toEqual(
      [
        'when fixed    mesh-rollout retry shop --code service-cidr-overlap',
        'or to accept  mesh-rollout accept shop service-cidr-overlap --reason "…"',
      ],
    );
  });

  it('is to accept for one cluster what is accepted for each alone', () => {
    const attention = { code: 'attached-elsewhere', message: 'hub-2 has it', action: 'Detach it.' };
    const clusters = [primary(), { ...parked('eu-3'), attention }, { ...parked('eu-4'), attention }];
    expect(renderNext(rollout({ status: 'NeedsAttention', clusters }), page).at(-1)).toBe(
      'or to accept  mesh-rollout accept shop attached-elsewhere --cluster eu-3 --reason "…"',
    );
  });

  it.each([
    ['injection-not-proven', 'injection-unproven'],
    ['remote-secret-refused', 'api-server-unverified'],
  ])('is to accept the finding that lets a step run again: %s', (code, finding) => {
    const clusters = [primary(), { ...parked('eu-3'), attention: { code, message: 'm', action: 'a' } }];
    expect(renderNext(rollout({ status: 'NeedsAttention', clusters }), page).at(-1)).toBe(
      `or to accept  mesh-rollout accept shop ${finding} --reason "…"`,
    );
  });

  it('never is to skip the primary', () => {
    expect(renderNext(rollout({ clusters: [{ ...parked('hub'), role: 'primary' }] }), page)).toEqual([
      'when fixed  mesh-rollout retry shop --cluster hub',
    ]);
  });
});
