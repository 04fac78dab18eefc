import { describe, expect, it } from 'vitest';
import { ApiProblem, ApiUnreachable, UsageError } from '../../../src/cli/api-error.js';
import { renderError } from '../../../src/cli/render/error.js';
import { PLAIN } from '../../../src/cli/render/layout/style.js';

const page = { style: PLAIN, width: 120 };

describe('an error for people', () => {
  it('says where a problem stands and what to do', () => {
    const error = new ApiProblem({
      title: 'The rollout document is not valid.',
      status: 400,
      detail: 'The document has 2 problems.',
      code: 'document-invalid',
      action: 'Correct every problem listed, then start again.',
      problems: [
        { path: 'remotes[0].cluster', message: 'is unknown' },
        { path: '', message: 'is too long' },
      ],
    });
    const places: Record<string, string> = { 'remotes[0].cluster': 'rollout.yaml:12' };
    expect(renderError(error, page, (path) => places[path] ?? 'rollout.yaml')).toEqual([
      'error: The document has 2 problems. (document-invalid)',
      '  rollout.yaml:12  remotes[0].cluster: is unknown',
      '  rollout.yaml     is too long',
      '  → Correct every problem listed, then start again.',
    ]);
    expect(renderError(error, page)[1]).toBe('  remotes[0].cluster: is unknown');
  });

  it('says how to start the API that does not answer', () => {
    expect(renderError(new ApiUnreachable('http://127.0.0.1:8180', 'connection refused'), page)).toEqual([
      'error: The API does not answer at http://127.0.0.1:8180: connection refused.',
      '  → Start the API with mesh-rollout serve, or set its URL with --api or MESH_ROLLOUT_API.',
    ]);
  });

  it('keeps the lines of a message', () => {
    expect(renderError(new UsageError('first\n  second'), page)).toEqual(['error: first', '  second']);
  });
});
