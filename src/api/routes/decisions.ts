import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { ApiDependencies } from '../dependencies.js';
import {
  bodyProblems,
  commonProblems,
  DecisionAnswer,
  DecisionBody,
  MeshParams,
  problemAnswers,
} from '../schemas.js';

const SUMMARIES = {
  retry: 'Retry clusters that wait for a person',
  skip: 'Leave out clusters that wait for a person',
} as const;

/** What a person decides about clusters that wait. */
export function decisionRoutes(instance: FastifyInstance, { rollouts }: ApiDependencies): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  for (const action of ['retry', 'skip'] as const) {
    app.post(`/rollouts/:mesh/${action}`, {
      schema: {
        summary: SUMMARIES[action],
        params: MeshParams,
        body: DecisionBody,
        response: { 200: DecisionAnswer, ...commonProblems, ...bodyProblems, ...problemAnswers(404, 409) },
      },
      config: { scope: 'operate' },
      handler: (request) => rollouts[action](request.params.mesh, { ...request.body, by: request.actor }),
    });
  }
}
