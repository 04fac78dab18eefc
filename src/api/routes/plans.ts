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

/** Adds the routes for plans. A plan changes nothing, so the scope `read` is enough, even to cancel one. */
export function planRoutes(instance: FastifyInstance, { plans, parseDocument }: ApiDependencies): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.post('/plans', {
    schema: {
      summary: 'Plan a rollout: what it would do, without changing anything',
      description:
        'The body is the rollout document, as JSON or YAML. The plan is made in the background: Location is the path to read it from. ' +
        'At most 3 plans per mesh and 10 in total run at the same time.',
      consumes: ['application/json', 'application/yaml'],
      body: RolloutDocument.meta({ examples: [DOCUMENT_EXAMPLE] }),
      response: {
        202: PlanStartAnswer.meta({ examples: [PLAN_STARTED_EXAMPLE] }),
        ...commonProblems,
        ...bodyProblems,
        ...problemAnswers(429),
      },
    },
    // Parsed with the inventory, as for a rollout, to list every problem.
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
      summary: 'A plan, or its progress',
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
      summary: 'Cancel a running plan',
      description: 'Has no effect on a plan that has ended.',
      params: PlanParams,
      response: {
        204: z.null().describe('The plan is not running any more'),
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
