import { describe, expect, it } from 'vitest';
import { createStyle } from '../../../src/cli/render/layout/style.js';
import { widthOf } from '../../../src/cli/render/layout/text.js';
import { clip, renderProgress } from '../../../src/cli/render/progress.js';
import { frame } from '../support/frame.js';
import { attached, parked, pending, primary, retrying, rollout } from '../support/views.js';

describe('a rollout under way', () => {
  it('shows header, a row a cluster with its error beside it, and what to do next', () => {
    expect(renderProgress(rollout(), frame())).toEqual([
      'shop  Running  1m 40s  Istio 1.31 · requested by alice',
      '2 succeeded · 1 running · 1 needs attention · 1 pending',
      '',
      '  CLUSTER        STATUS           STEP              TRY  TIME',
      '✓ hub (primary)  Succeeded                               42 s   42 objects changed',
      '✓ eu-1           Succeeded                               31 s   42 objects changed',
      '● eu-2           Running          install-remote      3  20 s   api-unavailable: connect ECONNREFUSED (next',
      '                                                                try in 4 s)',
      '! eu-3           Needs attention  label-namespaces       40 s   permission-denied: may not patch namespaces',
      '                                                                → Grant it, then retry.',
      '· eu-4           Pending',
      '',
      'when fixed  mesh-rollout retry shop --cluster eu-3',
      'or to skip  mesh-rollout skip shop --cluster eu-3 --reason "…"',
    ]);
  });

  it('puts errors below the rows of a narrow terminal', () => {
    expect(renderProgress(rollout(), frame({ width: 70 })).slice(3, 11)).toEqual([
      '  CLUSTER        STATUS           STEP              TRY  TIME',
      '✓ hub (primary)  Succeeded                               42 s',
      '✓ eu-1           Succeeded                               31 s',
      '● eu-2           Running          install-remote      3  20 s',
      '    api-unavailable: connect ECONNREFUSED (next try in 4 s)',
      '! eu-3           Needs attention  label-namespaces       40 s',
      '    permission-denied: may not patch namespaces',
      '    → Grant it, then retry.',
    ]);
  });

  it.each([20, 32, 48, 60, 80, 110, 200])('is never wider than a terminal of %d columns', (width) => {
    const long = 'x'.repeat(300);
    const attention = { code: 'render-failed', message: long, action: long };
    const views = [
      rollout(),
      rollout({ attention, status: 'NeedsAttention', worker: 'none', requestedBy: long }),
      rollout({ clusters: [{ ...parked('c'.repeat(63)), attention }, retrying('eu-2')] }),
    ];
    for (const view of views) {
      for (const style of [frame().style, createStyle(true)]) {
        for (const line of renderProgress(view, frame({ width, style }))) {
          expect(widthOf(line), line).toBeLessThanOrEqual(width);
        }
      }
    }
  });

  it('counts the quiet clusters when there are many', () => {
    const clusters = [
      primary(),
      ...Array.from({ length: 30 }, (_, index) => attached(`edge-${index}`)),
      retrying('eu-2'),
      ...Array.from({ length: 200 }, (_, index) => pending(`far-${index}`)),
    ];
    expect(renderProgress(rollout({ clusters }), frame())).toEqual([
      'shop  Running  1m 40s  Istio 1.31 · requested by alice',
      '31 succeeded · 1 running · 200 pending',
      '',
      '  CLUSTER  STATUS   STEP            TRY  TIME',
      '● eu-2     Running  install-remote    3  20 s   api-unavailable: connect ECONNREFUSED (next try in 4 s)',
      '✓ 31 succeeded',
      '· 200 pending',
    ]);
  });

  it('gives up rows of clusters before what a person can do, on a low terminal', () => {
    const lines = renderProgress(rollout(), frame({ width: 70 }), 11);
    expect(lines).toEqual([
      'shop  Running  1m 40s  Istio 1.31 · requested by alice',
      '2 succeeded · 1 running · 1 needs attention · 1 pending',
      '',
      '  CLUSTER  STATUS           STEP              TRY  TIME',
      '… 2 more',
      '✓ 2 succeeded',
      '· 1 pending',
      '',
      'when fixed  mesh-rollout retry shop --cluster eu-3',
      'or to skip  mesh-rollout skip shop --cluster eu-3 --reason "…"',
    ]);
    expect(renderProgress(rollout(), frame({ width: 70 }), 13).slice(4, 8)).toEqual([
      '! eu-3     Needs attention  label-namespaces       40 s',
      '    permission-denied: may not patch namespaces',
      '    → Grant it, then retry.',
      '… 1 more',
    ]);
  });

  it.each([10, 14, 20, 24, 40])('fits into a terminal of %d rows, with many that wait', (rows) => {
    const clusters = [
      primary(),
      ...Array.from({ length: 15 }, (_, index) => retrying(`edge-${index}`)),
      ...Array.from({ length: 15 }, (_, index) => parked(`far-${index}`)),
    ];
    const lines = renderProgress(rollout({ clusters }), frame({ width: 80 }), rows);
    expect(lines.length).toBeLessThanOrEqual(rows);
    expect(lines.at(-2)).toContain('mesh-rollout retry');
    if (rows > 12) expect(lines[4]).toContain('far-0');
  });

  it('tells what holds the whole rollout, each finding on a line', () => {
    const view = rollout({
      status: 'NeedsAttention',
      steps: [
        { step: 'resolve', status: 'Succeeded', attempts: 1 },
        { step: 'validate', status: 'NeedsAttention', attempts: 1 },
      ],
      clusters: [pending('eu-1')],
      attention: {
        code: 'pod-cidr-overlap',
        message: 'eu-1 overlaps eu-2\neu-1 overlaps eu-3',
        action: 'Mend it.',
      },
    });
    expect(renderProgress(view, frame())).toEqual([
      'shop  Needs attention  1m 40s  Istio 1.31 · requested by alice',
      '1 pending',
      '✓ resolve  ! validate',
      '! pod-cidr-overlap: eu-1 overlaps eu-2',
      '  eu-1 overlaps eu-3',
      '  → Mend it.',
      '',
      '  CLUSTER  STATUS',
      '· eu-1     Pending',
      '',
      'when fixed  mesh-rollout retry shop --code pod-cidr-overlap',
    ]);
  });

  it('does not claim that nothing changed when nobody tells', () => {
    const blind = rollout({
      worker: 'none',
      release: '',
      steps: [],
      clusters: [{ ...primary(), changed: 0 }],
    });
    expect(renderProgress(blind, frame()).at(-1)).toBe('✓ hub (primary)  Succeeded  42 s');
  });

  it('gives the reason of a cluster that was left out, and nothing to do', () => {
    const clusters = [{ ...parked('eu-3'), status: 'Skipped' as const, finishedAt: 70_000 }];
    expect(renderProgress(rollout({ clusters }), frame()).at(-1)).toBe(
      '– eu-3     Skipped  10 s   permission-denied: may not patch namespaces',
    );
  });

  it('says so when no worker answers', () => {
    const lines = renderProgress(rollout({ worker: 'none' }), frame({ width: 140 }));
    expect(lines[2]).toBe(
      'No worker answers: the rollout continues when one runs again (mesh-rollout worker). This is the last known state.',
    );
  });

  it('shows waves when there are several, or one waits', () => {
    const waves = [
      {
        name: 'canary',
        status: 'NeedsAttention' as const,
        clusters: [],
        waitingFor: 'approval before the next wave',
      },
      { name: 'rest', status: 'Pending' as const, clusters: [] },
    ];
    expect(renderProgress(rollout({ waves }), frame()).slice(2, 4)).toEqual([
      'waves  ! canary  · rest',
      'wave canary waits for approval before the next wave',
    ]);
  });

  it('lists findings in full, and counts the warnings in a table that is redrawn', () => {
    const findings = [
      {
        code: 'service-cidr-overlap' as const,
        severity: 'warn' as const,
        cluster: 'eu-1',
        otherCluster: 'eu-2',
        what: '10.96.0.0/16 overlaps 10.96.0.0/12',
        where: 'serviceCIDRs',
        action: 'Accept it.',
      },
    ];
    const view = rollout({ findings, clusters: [] });
    expect(renderProgress(view, frame()).slice(-1)).toEqual([
      '1 warning from the checks: mesh-rollout status shop',
    ]);
    expect(renderProgress(view, frame({ detail: 'full' })).slice(-4)).toEqual([
      'FINDINGS',
      'warn   service-cidr-overlap (eu-1, eu-2): 10.96.0.0/16 overlaps 10.96.0.0/12',
      '       where: serviceCIDRs',
      '       → Accept it.',
    ]);
  });

  it('lets no message of a cluster reach the terminal as it is', () => {
    const evil = '\x1b[2J\x1b]0;owned\x07';
    const attention = { code: 'request-rejected', message: evil, action: evil };
    const views = [
      rollout({ requestedBy: evil, attention, clusters: [{ ...parked('eu-3'), attention }] }),
      rollout({
        clusters: [
          {
            ...retrying('eu-2'),
            attempt: { activity: 'x', attempt: 2, state: 'running', lastError: { message: evil } },
          },
        ],
      }),
    ];
    for (const view of views) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is the point
      expect(renderProgress(view, frame({ detail: 'full' })).join('')).not.toMatch(/[\x00-\x1f]/);
    }
  });
});

describe('clip', () => {
  it('fits lines into a terminal and counts the rest', () => {
    expect(clip(['a', 'b', 'c'], 3)).toEqual(['a', 'b', 'c']);
    expect(clip(['a', 'b', 'c', 'd'], 3)).toEqual(['a', 'b', '… 2 more lines']);
  });
});
