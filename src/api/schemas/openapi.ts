import type { FastifyDynamicSwaggerOptions } from '@fastify/swagger';

type OpenApi = NonNullable<FastifyDynamicSwaggerOptions['openapi']>;

const DESCRIPTION = `Rollouts of one Istio control plane over many clusters. Every error is \`application/problem+json\`
(RFC 9457) with \`code\` and \`action\`; docs/errors.md explains every code. A body may have up to 64 KiB, a document up to 24 KiB.`;

/**
 * Returns what the OpenAPI document says about the API as a whole. @param needsToken whether the server has tokens
 */
export function openApiFrame(needsToken: boolean): OpenApi {
  return {
    openapi: '3.1.0',
    info: { title: 'mesh-rollout', version: 'v1', description: DESCRIPTION },
    ...(needsToken && {
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer' } } },
      security: [{ token: [] }],
    }),
  };
}

/** Headers of responses by path, method and status. The schemas of routes cannot declare them. */
const HEADERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '/v1/rollouts post 201': {
    location: 'Path of the rollout',
    etag: 'The ID of the rollout in quotes, for the header If-Match of decisions',
    'idempotent-replayed': '`true` when an earlier request with the same Idempotency-Key started the rollout',
  },
  '/v1/plans post 202': { location: 'Path of the plan' },
  '/v1/plans post 429': { 'retry-after': 'When to ask again, in seconds' },
  '/v1/rollouts/{mesh}/events get 429': { 'retry-after': 'When to ask again, in seconds' },
  '/v1/rollouts/{mesh} get 200': {
    etag: 'The ID of the rollout in quotes, for the header If-Match of decisions; it stays the same until the next rollout',
  },
};

interface Answer {
  headers?: Record<string, { description: string; schema: { type: 'string' } }>;
}

interface Document {
  readonly paths?: Record<string, Record<string, { responses?: Record<string, Answer> } | undefined>>;
}

/** Returns the generated document with the parts that the generator leaves out. */
export function completeOpenApi<Generated>(document: Generated): Generated {
  const { paths } = document as Document;
  for (const [place, headers] of Object.entries(HEADERS)) {
    const [path = '', method = '', status = ''] = place.split(' ');
    const answer = paths?.[path]?.[method]?.responses?.[status];
    if (!answer) throw new Error(`OpenAPI has no ${place}`);
    answer.headers = Object.fromEntries(
      Object.entries(headers).map(([name, description]) => [
        name,
        { description, schema: { type: 'string' } },
      ]),
    );
  }
  return document;
}
