import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiDependencies } from '../dependencies.js';
import { AcceptBody, ApproveBody, MeshParams, problemAnswers, ReasonBody, StrategyBody } from '../schemas.js';

const SUMMARIES = {
  pause: 'Start nothing more until resume',
  resume: 'Go on after a pause',
  abort: 'End the rollout and the work on every cluster; what is done stays',
} as const;

const answers = { 204: z.null().describe('Done'), ...problemAnswers(400, 401, 403, 404, 409, 503) };

/** What steers a rollout as a whole. */
export function controlRoutes(instance: FastifyInstance, { rollouts }: ApiDependencies): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const config = { scope: 'operate' } as const;
  for (const name of ['pause', 'resume', 'abort'] as const) {
    app.post(`/rollouts/:mesh/${name}`, {
      schema: { summary: SUMMARIES[name], params: MeshParams, body: ReasonBody, response: answers },
      config,
      handler: async (request, reply) => {
        await rollouts.control(request.params.mesh, name, { ...request.body, by: request.actor });
        return reply.code(204).send(null);
      },
    });
  }
  app.post('/rollouts/:mesh/approve', {
    schema: { summary: 'Let a wave go on', params: MeshParams, body: ApproveBody, response: answers },
    config,
    handler: async (request, reply) => {
      await rollouts.control(request.params.mesh, 'approve', { ...request.body, by: request.actor });
      return reply.code(204).send(null);
    },
  });
  app.post('/rollouts/:mesh/accept', {
    schema: {
      summary: 'Take findings on and go on',
      params: MeshParams,
      body: AcceptBody,
      response: answers,
    },
    config,
    handler: async (request, reply) => {
      await rollouts.control(request.params.mesh, 'accept', { ...request.body, by: request.actor });
      return reply.code(204).send(null);
    },
  });
  app.patch('/rollouts/:mesh/strategy', {
    schema: {
      summary: 'Change concurrency or failure budget',
      params: MeshParams,
      body: StrategyBody,
      response: answers,
    },
    config,
    handler: async (request, reply) => {
      await rollouts.control(request.params.mesh, 'set', { ...request.body, by: request.actor });
      return reply.code(204).send(null);
    },
  });
}
