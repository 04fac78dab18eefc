import swagger from '@fastify/swagger';
import fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { jsonSchemaTransform, validatorCompiler } from 'fastify-type-provider-zod';
import { admit } from './access.js';
import { acceptYaml, BODY_LIMIT_BYTES } from './body-parsers.js';
import type { ApiDependencies } from './dependencies.js';
import { answerBadRequest, answerWithProblems } from './error-handler.js';
import { withMethodUnknown } from './method-unknown.js';
import { type ApiMetrics, createApiMetrics } from './metrics.js';
import { requestLog } from './request-log.js';
import { codecRoutes } from './routes/codec.js';
import { controlRoutes } from './routes/controls.js';
import { decisionRoutes } from './routes/decisions.js';
import { eventRoutes } from './routes/events.js';
import { healthRoutes } from './routes/health.js';
import { metricRoutes } from './routes/metrics.js';
import { planRoutes } from './routes/plans.js';
import { rolloutRoutes } from './routes/rollouts.js';
import { completeOpenApi, openApiFrame } from './schemas/openapi.js';
import type { TokenScope } from './tokens.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who acts: the name of the token; set for everything but health and OpenAPI. */
    actor: string;
  }
  interface FastifyContextConfig {
    /** What a token must be allowed to use the route. @default read */
    scope?: TokenScope;
    /** True for answers that last as long as their reader: their time tells nothing about the server. */
    isStream?: boolean;
  }
}

/** How long requests under way get when the server closes. */
const DRAIN_MS = 2_000;

/** The API, ready to listen or to be asked by `inject`. */
export async function buildApp(dependencies: ApiDependencies): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify({
    loggerInstance: requestLog(dependencies.log) as FastifyBaseLogger,
    frameworkErrors: answerBadRequest,
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
  app.decorateRequest('actor', '');
  const metrics = createApiMetrics(() => dependencies.rollouts.figures());
  observe(app, metrics);
  await app.register(swagger, {
    openapi: openApiFrame(dependencies.tokens !== undefined),
    transform: jsonSchemaTransform,
    transformObject: (document) =>
      completeOpenApi('openapiObject' in document ? document.openapiObject : document.swaggerObject),
  });
  await app.register(async (open) => {
    withMethodUnknown(open, () => healthRoutes(open, dependencies));
  });
  await app.register(async (guarded) => {
    guard(guarded, dependencies);
    withMethodUnknown(guarded, () => metricRoutes(guarded, metrics));
  });
  await app.register(
    async (guarded) => {
      guard(guarded, dependencies);
      withMethodUnknown(guarded, () => {
        rolloutRoutes(guarded, dependencies);
        planRoutes(guarded, dependencies);
        decisionRoutes(guarded, dependencies);
        controlRoutes(guarded, dependencies);
        eventRoutes(guarded, dependencies);
      });
    },
    { prefix: '/v1' },
  );
  const { codec, tokens } = dependencies;
  if (codec) await app.register(async (guarded) => codecRoutes(guarded, codec, tokens), { prefix: '/codec' });
  app.addHook('preClose', async () => {
    // Connections on which nothing was asked yet would keep the server from closing.
    setTimeout(() => app.server.closeAllConnections(), DRAIN_MS).unref();
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  return app;
}

/** Nothing of what follows is done or told without a token, or from elsewhere than this machine. */
function guard(app: FastifyInstance, { tokens }: ApiDependencies): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    request.actor = admit(request, tokens, request.routeOptions.config.scope ?? 'read');
  });
}

/** Measures every request, under the pattern of its route. */
function observe(app: FastifyInstance, metrics: ApiMetrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const { url: route = 'unknown', config } = request.routeOptions;
    // What is refused before a route is found has no configuration, whatever the types say.
    if (config?.isStream && reply.statusCode === 200) return;
    const { method } = request;
    metrics.answered({ method, route, status: reply.statusCode, seconds: reply.elapsedTime / 1000 });
  });
}
