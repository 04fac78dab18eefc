import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiMetrics } from '../metrics.js';
import { problemAnswers } from '../schemas/schemas.js';

/** Adds the route for Prometheus. The metrics show what waits and how busy the server is, so they need a token. */
export function metricRoutes(instance: FastifyInstance, metrics: ApiMetrics): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  app.get('/metrics', {
    schema: {
      summary: 'Metrics for Prometheus',
      response: {
        200: { description: 'Metrics', content: { 'text/plain': { schema: z.string() } } },
        ...problemAnswers(401, 403, 500),
      },
    },
    logLevel: 'warn',
    serializerCompiler: () => String,
    handler: async (_request, reply) => {
      return reply.type(metrics.contentType).send(await metrics.scrape());
    },
  });
}
