import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { ApiDependencies } from '../dependencies.js';
import { HealthAnswer, ReadinessAnswer } from '../schemas/schemas.js';

/** What probes ask. It tells nothing about rollouts, so it needs no token. */
export function healthRoutes(instance: FastifyInstance, { rollouts }: ApiDependencies): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();

  app.get('/healthz', {
    schema: { summary: 'The process lives', security: [], response: { 200: HealthAnswer } },
    logLevel: 'warn',
    handler: async () => ({ status: 'ok' as const }),
  });

  app.get('/readyz', {
    schema: {
      summary: 'Temporal answers; and whether a worker polls',
      description:
        '503 while Temporal does not answer. Without a worker rollouts can be started, but do not get on.',
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
