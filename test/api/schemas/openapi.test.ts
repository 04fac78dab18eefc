import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DOCUMENT_EXAMPLE } from '../../../src/api/schemas/examples.js';
import { RolloutAnswer } from '../../../src/api/schemas/progress-schemas.js';
import { parseRollout } from '../../../src/rollout/document/parse-rollout.js';
import { testInventory } from '../../support/bad-documents.js';
import { fakeApi, token } from '../support/api.js';
import { runningRollout } from '../support/views.js';

it('describes every path, the document and the errors', async () => {
  const { app } = await fakeApi();
  const openapi = (await app.inject('/openapi.json')).json();
  expect(openapi.openapi).toBe('3.1.0');
  expect(Object.keys(openapi.paths).sort()).toEqual([
    '/healthz',
    '/metrics',
    '/readyz',
    '/v1/plans',
    '/v1/plans/{planId}',
    '/v1/rollouts',
    '/v1/rollouts/{mesh}',
    '/v1/rollouts/{mesh}/abort',
    '/v1/rollouts/{mesh}/accept',
    '/v1/rollouts/{mesh}/approve',
    '/v1/rollouts/{mesh}/events',
    '/v1/rollouts/{mesh}/pause',
    '/v1/rollouts/{mesh}/resume',
    '/v1/rollouts/{mesh}/retry',
    '/v1/rollouts/{mesh}/skip',
    '/v1/rollouts/{mesh}/strategy',
  ]);
  const start = openapi.paths['/v1/rollouts'].post;
  const body = start.requestBody.content['application/json'].schema;
  expect(body.required).toEqual(expect.arrayContaining(['mesh', 'release', 'primary', 'remotes']));
  expect(start.responses[409].content['application/problem+json'].schema.properties.holder).toBeDefined();
  const view = openapi.paths['/v1/rollouts/{mesh}'].get.responses[200].content['application/json'].schema;
  expect(Object.keys(view.properties.clusters.items.properties)).toContain('attempt');
});

it('describes what is answered', () => {
  expect(RolloutAnswer.parse(runningRollout())).toEqual(runningRollout());
});

it('asks for a token exactly where the server does', async () => {
  const { app } = await fakeApi({ tokens: [token('alice', 's3cret', 'read')] });
  const openapi = (await app.inject('/openapi.json')).json();
  expect(openapi.security).toEqual([{ token: [] }]);
  for (const { method, path, operation } of operationsOf(openapi)) {
    const answer = await app.inject({ method: method as 'GET', url: path.replace('{mesh}', 'shop') });
    expect(answer.statusCode === 401, `${method} ${path}`).toBe(operation.security === undefined);
  }
  const open = (await (await fakeApi()).app.inject('/openapi.json')).json();
  expect(open.security).toBeUndefined();
});

it('has an example document that is valid', () => {
  expect(parseRollout(DOCUMENT_EXAMPLE, testInventory())).toMatchObject({ ok: true });
});

describe('examples', async () => {
  const openapi = (await (await fakeApi()).app.inject('/openapi.json')).json();
  const contents = operationsOf(openapi).flatMap(({ method, path, operation }) => [
    ...mediaOf(`${method} ${path}`, operation.requestBody?.content),
    ...Object.entries(operation.responses).flatMap(([status, { content }]) =>
      mediaOf(`${method} ${path} ${status}`, content),
    ),
  ]);
  // Texts of other programs' formats: server-sent events and Prometheus' exposition.
  const described = contents.filter(({ type }) => !type.startsWith('text/'));

  it('stand at every body and every answer', () => {
    expect(described.length).toBeGreaterThan(80);
    expect(described.filter(({ examples }) => examples.length === 0).map(({ name }) => name)).toEqual([]);
  });

  it('are as their schemas say', () => {
    for (const { name, schema, examples } of described) {
      const type = z.fromJSONSchema(understood(schema));
      for (const example of examples) expect(type.safeParse(example).error, name).toBeUndefined();
    }
  });

  it('of errors have the status that they stand at', () => {
    const problems = described.filter(({ type }) => type === 'application/problem+json');
    expect(problems.length).toBeGreaterThan(60);
    for (const { name, examples } of problems) {
      for (const { status } of examples as { status: number }[]) expect(name).toContain(` ${status} `);
    }
  });

  it('every route that reads a body tells what is too large or of another type', () => {
    for (const { method, path, operation } of operationsOf(openapi)) {
      if (!operation.requestBody) continue;
      expect(Object.keys(operation.responses), `${method} ${path}`).toEqual(
        expect.arrayContaining(['400', '401', '403', '413', '415', '500', '503']),
      );
    }
  });
});

/** Zod takes an alternative that only requires something for one that allows everything: those are left out. */
function understood(schema: object): Parameters<typeof z.fromJSONSchema>[0] {
  return JSON.parse(JSON.stringify(schema), (key, value) => {
    const isAlternative = (key === 'oneOf' || key === 'anyOf') && Array.isArray(value);
    const onlyRequires = isAlternative && value.every((each) => Object.keys(each).join() === 'required');
    return onlyRequires ? undefined : value;
  });
}

interface Media {
  readonly schema: { readonly examples?: readonly unknown[] };
  readonly example?: unknown;
  readonly examples?: Record<string, { readonly value: unknown }>;
}

interface Operation {
  readonly security?: unknown;
  readonly requestBody?: { readonly content: Record<string, Media> };
  readonly responses: Record<string, { readonly content?: Record<string, Media> }>;
}

function operationsOf(openapi: { paths: Record<string, Record<string, Operation>> }) {
  return Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
}

function mediaOf(place: string, content: Record<string, Media> | undefined) {
  return Object.entries(content ?? {}).map(([type, { schema, example, examples }]) => ({
    name: `${place} ${type}`,
    type,
    schema,
    examples: [
      ...(example === undefined ? [] : [example]),
      ...Object.values(examples ?? {}).map(({ value }) => value),
      ...(schema.examples ?? []),
    ],
  }));
}
