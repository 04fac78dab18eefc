import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { RolloutDocument } from '../../rollout/document.js';
import type { ApiDependencies } from '../dependencies.js';
import { sendProblem } from '../error-handler.js';
import { documentProblem } from '../problem.js';
import { RolloutAnswer } from '../progress-schemas.js';
import { ListAnswer, ListQuery, MeshParams, problemAnswers, StartAnswer } from '../schemas.js';

/** Starting, listing and reading rollouts. */
export function rolloutRoutes(instance: FastifyInstance, { rollouts, parseDocument }: ApiDependencies): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.post('/rollouts', {
    schema: {
      summary: 'Start a rollout',
      description: 'The body is the rollout document, as JSON or YAML.',
      body: RolloutDocument,
      response: { 201: StartAnswer, ...problemAnswers(400, 401, 403, 409, 413, 415, 503) },
    },
    config: { scope: 'operate' },
    // The document is parsed by the same function as in the workflow, with the inventory, to list every problem.
    validatorCompiler: () => (value) => ({ value }),
    handler: async (request, reply) => {
      const document: unknown = request.body;
      const parsed = await parseDocument(document);
      if (!parsed.ok) return sendProblem(reply, documentProblem(parsed.problems));
      const { mesh } = parsed.value;
      const started = await rollouts.start({ mesh, document, requestedBy: request.actor });
      return reply.code(201).header('location', `/v1/rollouts/${mesh}`).send(started);
    },
  });

  app.get('/rollouts', {
    schema: {
      summary: 'List rollouts, newest first',
      querystring: ListQuery,
      response: { 200: ListAnswer, ...problemAnswers(400, 401, 403, 503) },
    },
    handler: async (request) => ({ rollouts: await rollouts.list(request.query.limit) }),
  });

  app.get('/rollouts/:mesh', {
    schema: {
      summary: 'The running rollout of a mesh, or else the last one',
      params: MeshParams,
      response: { 200: RolloutAnswer, ...problemAnswers(400, 401, 403, 404, 503) },
    },
    handler: (request) => rollouts.get(request.params.mesh),
  });
}
