import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { ApiDependencies } from '../dependencies.js';
import { HealthAnswer, ReadinessAnswer } from '../schemas/schemas.js';

/** Adds the routes for probes. They reveal nothing about rollouts, so they need no token. */
export function healthRoutes(instance: FastifyInstance, { rollouts }: ApiDependencies): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.get('/healthz', {
    schema: { summary: 'The process is alive', security: [], response: { 200: HealthAnswer } },
    logLevel: 'warn',
    handler: async () => ({ status: 'ok' as const }),
  });

  app.get('/readyz', {
    schema: {
      summary: 'Whether Temporal answers and a worker polls',
      description:
        '503 while Temporal does not answer. Without a worker, rollouts can be started but make no progress.',
      security: [],
      response: { 200: ReadinessAnswer, 503: ReadinessAnswer },
    },
    logLevel: 'warn',
    handler: async (_request, reply) => {
      const ready = await rollouts.readiness();
      return reply.code(ready.temporal === 'ok' ? 200 : 503).send(ready);
    },
  });
}
