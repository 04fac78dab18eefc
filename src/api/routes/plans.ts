import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { RolloutDocument } from '../../rollout/document/document.js';
import type { ApiDependencies } from '../dependencies.js';
import { sendProblem } from '../error-handler.js';
import { documentProblem } from '../problem.js';
import { DOCUMENT_EXAMPLE, PLAN_EXAMPLE, PLAN_STARTED_EXAMPLE } from '../schemas/examples.js';
import { PlanAnswer, PlanParams, PlanStartAnswer } from '../schemas/plan-schemas.js';
import { bodyProblems, commonProblems, problemAnswers } from '../schemas/schemas.js';

/** Asking what a rollout would do. A plan changes nothing, so the scope `read` is enough, also for cancelling one. */
export function planRoutes(instance: FastifyInstance, { plans, parseDocument }: ApiDependencies): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.post('/plans', {
    schema: {
      summary: 'Plan a rollout: what it would do, without changing anything',
      description:
        'The body is the rollout document, as JSON or YAML. The plan is made in the background: Location says where to ask for it. ' +
        'At most 3 plans of a mesh and 10 in all run at the same time.',
      consumes: ['application/json', 'application/yaml'],
      body: RolloutDocument.meta({ examples: [DOCUMENT_EXAMPLE] }),
      response: {
        202: PlanStartAnswer.meta({ examples: [PLAN_STARTED_EXAMPLE] }),
        ...commonProblems,
        ...bodyProblems,
        ...problemAnswers(429),
      },
    },
    // As for a rollout: parsed with the inventory, to list every problem.
    validatorCompiler: () => (value) => ({ value }),
    handler: async (request, reply) => {
      const document: unknown = request.body;
      const parsed = await parseDocument(document);
      if (!parsed.ok) return sendProblem(reply, documentProblem(parsed.problems));
      const { mesh, remotes } = parsed.value;
      const asked = { mesh, document, remotes: remotes.length, requestedBy: request.actor };
      const started = await plans.start(asked);
      return reply.code(202).header('location', `/v1/plans/${started.planId}`).send(started);
    },
  });

  app.get('/plans/:planId', {
    schema: {
      summary: 'A plan, or how far it is',
      params: PlanParams,
      response: {
        200: PlanAnswer.meta({ examples: [PLAN_EXAMPLE] }),
        ...commonProblems,
        ...problemAnswers(404),
      },
    },
    handler: (request) => plans.get(request.params.planId),
  });

  app.delete('/plans/:planId', {
    schema: {
      summary: 'Cancel a plan that is being made',
      description: 'A plan that has ended stays as it is.',
      params: PlanParams,
      response: {
        204: z.null().describe('It is not made any more'),
        ...commonProblems,
        ...problemAnswers(404),
      },
    },
    handler: async (request, reply) => {
      await plans.cancel(request.params.planId);
      return reply.code(204).send(null);
    },
  });
}
