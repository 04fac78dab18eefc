import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { ApiDependencies } from '../dependencies.js';
import { EventStream } from '../events/event-stream.js';
import { RolloutFeed } from '../events/rollout-feed.js';
import { StreamPlaces } from '../events/stream-places.js';
import { commonProblems, MeshParams, problemAnswers } from '../schemas/schemas.js';
import { findToken } from '../tokens.js';

const DESCRIPTION =
  'Server-sent events: `snapshot` (a whole rollout), then `change` (the rollout without its clusters, and the clusters ' +
  'that changed), `problem` (it cannot be read now) and `end`. Ids increase; Last-Event-ID continues after an event.';

/** Adds the route that streams a rollout as server-sent events. */
export function eventRoutes(
  instance: FastifyInstance,
  { rollouts, tokens, lookIntervalMs }: ApiDependencies,
): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  const places = new StreamPlaces();
  const feed = new RolloutFeed({ look: (mesh) => rollouts.get(mesh), intervalMs: lookIntervalMs ?? 1_000 });
  app.addHook('preClose', async () => feed.close());

  app.get('/rollouts/:mesh/events', {
    // The response to HEAD would never end.
    exposeHeadRoute: false,
    schema: {
      summary: 'Follow a rollout',
      description: DESCRIPTION,
      params: MeshParams,
      headers: z.object({
        'last-event-id': z
          .string()
          .max(32)
          .exactOptional()
          .describe('The id of the last event that was received'),
      }),
      response: {
        200: { description: 'Events', content: { 'text/event-stream': { schema: z.string() } } },
        ...commonProblems,
        ...problemAnswers(404, 429),
      },
    },
    config: { isStream: true },
    handler: async (request, reply) => {
      const lastId = Number.parseInt(request.headers['last-event-id'] ?? '', 10);
      // `request.headers` contains only the headers that the schema names.
      const { authorization } = request.raw.headers;
      const isAllowed = () => tokens === undefined || findToken(tokens(), authorization) !== undefined;
      const giveBack = places.take(request.actor);
      const stream = new EventStream(reply, isAllowed);
      stream.onClose(giveBack);
      const leave = await feed.follow(request.params.mesh, Number.isNaN(lastId) ? undefined : lastId, stream);
      stream.onClose(leave);
    },
  });
}
