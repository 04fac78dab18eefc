import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { RolloutDocument } from '../../rollout/document.js';
import type { ApiDependencies } from '../dependencies.js';
import { sendProblem } from '../error-handler.js';
import { PlanAnswer, PlanParams, PlanStartAnswer } from '../plan-schemas.js';
import { documentProblem } from '../problem.js';
import { problemAnswers } from '../schemas.js';

/** Asking what a rollout would do. A plan changes nothing, so the scope `read` is enough. */
export function planRoutes(instance: FastifyInstance, { plans, parseDocument }: ApiDependencies): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.post('/plans', {
    schema: {
      summary: 'Plan a rollout: what it would do, without changing anything',
      description:
        'The body is the rollout document, as JSON or YAML. The plan is made in the background: Location says where to ask for it.',
      body: RolloutDocument,
      response: { 202: PlanStartAnswer, ...problemAnswers(400, 401, 403, 413, 415, 503) },
    },
    // As for a rollout: parsed with the inventory, to list every problem.
    validatorCompiler: () => (value) => ({ value }),
    handler: async (request, reply) => {
      const document: unknown = request.body;
      const parsed = await parseDocument(document);
      if (!parsed.ok) return sendProblem(reply, documentProblem(parsed.problems));
      const started = await plans.start({ mesh: parsed.value.mesh, document, requestedBy: request.actor });
      return reply.code(202).header('location', `/v1/plans/${started.planId}`).send(started);
    },
  });

  app.get('/plans/:planId', {
    schema: {
      summary: 'A plan, or how far it is',
      params: PlanParams,
      response: { 200: PlanAnswer, ...problemAnswers(400, 401, 403, 404, 503) },
    },
    handler: (request) => plans.get(request.params.planId),
  });
}
