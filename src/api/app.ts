import swagger from '@fastify/swagger';
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { jsonSchemaTransform, validatorCompiler } from 'fastify-type-provider-zod';
import { admit } from './access.js';
import { acceptYaml, BODY_LIMIT_BYTES } from './body-parsers.js';
import type { ApiDependencies } from './dependencies.js';
import { answerWithProblems } from './error-handler.js';
import { controlRoutes } from './routes/controls.js';
import { decisionRoutes } from './routes/decisions.js';
import { eventRoutes } from './routes/events.js';
import { healthRoutes } from './routes/health.js';
import { planRoutes } from './routes/plans.js';
import { rolloutRoutes } from './routes/rollouts.js';
import type { Scope } from './tokens.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who acts: the name of the token; set for everything under /v1. */
    actor: string;
  }
  interface FastifyContextConfig {
    /** What a token must be allowed to use the route. @default read */
    scope?: Scope;
  }
}

/** How long requests under way get when the server closes. */
const DRAIN_MS = 2_000;

/** The API, ready to listen or to be asked by `inject`. */
export async function buildApp(dependencies: ApiDependencies): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify({
    loggerInstance: dependencies.log as FastifyBaseLogger,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 30_000,
    // A field named __proto__ is a problem of the document like any other: the schemas refuse it.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    routerOptions: { ignoreTrailingSlash: true },
  });
  app.setValidatorCompiler(validatorCompiler);
  // The schemas of answers document them and the compiler checks them; an answer is never lost over its schema.
  app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
  acceptYaml(app);
  answerWithProblems(app);
  await app.register(swagger, {
    openapi: { openapi: '3.1.0', info: { title: 'mesh-rollout', version: 'v1' } },
    transform: jsonSchemaTransform,
  });
  await app.register(async (open) => healthRoutes(open, dependencies));
  await app.register(async (guarded) => v1(guarded, dependencies), { prefix: '/v1' });
  app.addHook('preClose', async () => {
    // Connections on which nothing was asked yet would keep the server from closing.
    setTimeout(() => app.server.closeAllConnections(), DRAIN_MS).unref();
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  return app;
}

function v1(app: FastifyInstance, dependencies: ApiDependencies): void {
  app.decorateRequest('actor', '');
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    request.actor = admit(request, dependencies.tokens, request.routeOptions.config.scope ?? 'read');
  });
  rolloutRoutes(app, dependencies);
  planRoutes(app, dependencies);
  decisionRoutes(app, dependencies);
  controlRoutes(app, dependencies);
  eventRoutes(app, dependencies);
}
