import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { DecisionHeaders, decisionOf, PENDING, PendingAnswer } from '../decision.js';
import type { ApiDependencies } from '../dependencies.js';
import {
  bodyProblems,
  commonProblems,
  DecisionAnswer,
  DecisionBody,
  MeshParams,
  problemAnswers,
} from '../schemas/schemas.js';

const SUMMARIES = {
  retry: 'Retry clusters that wait for a person',
  skip: 'Skip a remote, or all remotes that wait with a code',
} as const;

/** Adds the routes for decisions about clusters that wait. */
export function decisionRoutes(instance: FastifyInstance, { rollouts }: ApiDependencies): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  for (const action of ['retry', 'skip'] as const) {
    app.post(`/rollouts/:mesh/${action}`, {
      schema: {
        summary: SUMMARIES[action],
        params: MeshParams,
        headers: DecisionHeaders,
        body: DecisionBody,
        response: {
          200: DecisionAnswer,
          202: PendingAnswer,
          ...commonProblems,
          ...bodyProblems,
          ...problemAnswers(404, 409),
        },
      },
      config: { scope: 'operate' },
      handler: async (request, reply) => {
        const decided = await rollouts[action](request.params.mesh, decisionOf(request));
        return decided.state === 'done' ? reply.send(decided.result) : reply.code(202).send(PENDING);
      },
    });
  }
}
