import type { FastifyInstance } from 'fastify';
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { LARGEST_DOCUMENT, RolloutDocument } from '../../rollout/document/document.js';
import { entityTagOf } from '../decision.js';
import type { ApiDependencies } from '../dependencies.js';
import { sendProblem } from '../error-handler.js';
import { documentProblem } from '../problem.js';
import { DOCUMENT_EXAMPLE } from '../schemas/examples.js';
import { RolloutAnswer } from '../schemas/progress-schemas.js';
import {
  bodyProblems,
  commonProblems,
  ListAnswer,
  ListQuery,
  MeshParams,
  problemAnswers,
  StartAnswer,
  StartHeaders,
} from '../schemas/schemas.js';

/** Adds the routes that start, list and read rollouts. */
export function rolloutRoutes(instance: FastifyInstance, { rollouts, parseDocument }: ApiDependencies): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.post('/rollouts', {
    schema: {
      summary: 'Start a rollout',
      description: `The body is the rollout document, as JSON or YAML, of at most ${LARGEST_DOCUMENT / 1024} KiB.`,
      consumes: ['application/json', 'application/yaml'],
      headers: StartHeaders,
      body: RolloutDocument.meta({ examples: [DOCUMENT_EXAMPLE] }),
      response: { 201: StartAnswer, ...commonProblems, ...bodyProblems, ...problemAnswers(409, 422) },
    },
    config: { scope: 'operate' },
    // The function that the workflow uses parses the document, with the inventory, to list every problem.
    validatorCompiler: ({ httpPart, schema, ...route }) =>
      httpPart === 'body'
        ? (value) => ({ value })
        : validatorCompiler({ ...route, schema: schema as unknown as z.ZodType }),
    handler: async (request, reply) => {
      const document: unknown = request.body;
      const parsed = await parseDocument(document);
      if (!parsed.ok) return sendProblem(reply, documentProblem(parsed.problems));
      const { mesh } = parsed.value;
      const key = request.headers['idempotency-key']?.replaceAll('"', '');
      const { replayed, ...started } = await rollouts.start({
        mesh,
        document,
        requestedBy: request.actor,
        ...(key !== undefined && { idempotencyKey: key }),
      });
      // The header that Stripe uses. Otherwise the response is the same as to the first request.
      if (replayed) reply.header('idempotent-replayed', 'true');
      return reply
        .code(201)
        .header('location', `/v1/rollouts/${mesh}`)
        .header('etag', entityTagOf(started))
        .send(started);
    },
  });

  app.get('/rollouts', {
    schema: {
      summary: 'List rollouts, newest first',
      querystring: ListQuery,
      response: { 200: ListAnswer, ...commonProblems },
    },
    handler: async (request) => ({ rollouts: await rollouts.list(request.query.limit) }),
  });

  app.get('/rollouts/:mesh', {
    schema: {
      summary: 'The running rollout of a mesh, or the most recent one',
      params: MeshParams,
      response: { 200: RolloutAnswer, ...commonProblems, ...problemAnswers(404) },
    },
    handler: async (request, reply) => {
      const rollout = await rollouts.get(request.params.mesh);
      return reply.header('etag', entityTagOf(rollout)).send(rollout);
    },
  });
}
