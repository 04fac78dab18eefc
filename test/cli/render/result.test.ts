import { describe, expect, it } from 'vitest';
import { widthOf } from '../../../src/cli/render/layout/text.js';
import { renderResult } from '../../../src/cli/render/result.js';
import { frame } from '../support/frame.js';
import { attached, finished, parked, pending, primary } from '../support/views.js';

const full = frame({ detail: 'full' });

describe('a rollout that has ended', () => {
  it('shows for each remote what was proven and what was changed', () => {
    expect(renderResult(finished(), full)).toEqual([
      'shop  Succeeded  1m 30s  Istio 1.31 · requested by alice',
      '2 of 2 remotes attached, 84 objects changed',
      '✓ primary hub: 42 objects changed, 42 s',
      '',
      '  REMOTE  STATUS     PROVEN  CHANGED  TIME',
      '✓ eu-1    Succeeded  3 of 3       42  31 s',
      '✓ eu-2    Succeeded  3 of 3       42  31 s',
      '',
      'proven: endpoints 10.1.0.5, 10.1.0.6',
      'proven: synced 2 istiod',
      'proven: injection default',
    ]);
  });

  it('says that nothing changed', () => {
    const clusters = [{ ...primary(), changed: 0 }, attached('eu-1', { changed: 0 })];
    expect(renderResult(finished({ clusters, changed: 0 }), full).slice(1)).toEqual([
      '1 of 1 remotes attached, nothing changed',
      '✓ primary hub: nothing changed, 42 s',
      '',
      '  REMOTE  STATUS     PROVEN  CHANGED  TIME',
      '✓ eu-1    Succeeded  3 of 3        0  31 s',
      '',
      'proven: endpoints 10.1.0.5, 10.1.0.6',
      'proven: synced 2 istiod',
      'proven: injection default',
    ]);
  });

  it('tells what is left to do: skipped remotes, what is not proven, Pods without sidecar', () => {
    const proofs = [
      { what: 'endpoints', value: 'a, b, c, d', proven: true },
      { what: 'injection', value: 'shop', proven: false },
    ];
    const clusters = [
      primary(),
      attached('eu-1', { proofs, podsWithoutSidecar: 4 }),
      { ...parked('eu-3'), status: 'Skipped' as const, finishedAt: 80_000 },
    ];
    expect(renderResult(finished({ clusters }), full).slice(1)).toEqual([
      '1 of 2 remotes attached, 84 objects changed',
      '✓ primary hub: 42 objects changed, 42 s',
      '',
      '  REMOTE  STATUS     PROVEN  CHANGED  TIME',
      '✓ eu-1    Succeeded  1 of 2       42  31 s',
      '– eu-3    Skipped                  0  20 s',
      '',
      'proven: endpoints a, b, c, d (eu-1)',
      'not proven: injection shop (eu-1)',
      '',
      'eu-1: 4 running Pods have no sidecar: restart their workloads when it suits',
      'eu-3: permission-denied: may not patch namespaces',
    ]);
  });

  it('tells how far each cluster of an aborted rollout got, and what is left to do there', () => {
    const clusters = [
      primary(),
      {
        ...parked('eu-1'),
        step: 'label-namespaces' as const,
        status: 'Aborted' as const,
        finishedAt: 80_000,
      },
      { ...pending('eu-2'), status: 'Aborted' as const },
    ];
    const wide = frame({ detail: 'full', width: 200 });
    expect(renderResult(finished({ status: 'Aborted', clusters }), wide).slice(-3)).toEqual([
      'eu-1: stopped at label-namespaces; left: label-namespaces, verify-injection',
      'eu-1: permission-denied: may not patch namespaces',
      'eu-2: not begun',
    ]);
  });

  it('drops columns on a narrow terminal', () => {
    const lines = renderResult(finished(), frame({ width: 36, detail: 'full' }));
    expect(lines).toContain('  REMOTE  STATUS     CHANGED  TIME');
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(36);
  });

  it('lists the problems of a document that the workflow refused', () => {
    const view = finished({
      status: 'Aborted',
      execution: 'FAILED',
      release: '',
      clusters: [],
      waves: [],
      steps: [{ step: 'resolve', status: 'Running', attempts: 1 }],
      attention: { code: 'document-invalid', message: 'the document has 1 problem', action: 'Correct it.' },
      problems: [{ path: 'remotes[0].cluster', message: '"eu-9" is not in the inventory' }],
    });
    expect(renderResult(view, full)).toEqual([
      'shop  Aborted  1m 30s  requested by alice',
      '✗ resolve',
      '! document-invalid: the document has 1 problem',
      '    remotes[0].cluster "eu-9" is not in the inventory',
      '  → Correct it.',
    ]);
  });
});
