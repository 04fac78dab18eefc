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
    /** The name of the token. Set for every route except health and OpenAPI. */
    actor: string;
  }
  interface FastifyContextConfig {
    /** The scope that a token needs for the route. @default read */
    scope?: TokenScope;
    /** True for responses that last as long as their reader: their duration says nothing about the server. */
    isStream?: boolean;
  }
}

/** How long running requests may take to finish when the server closes. */
const DRAIN_MS = 2_000;

/** Returns the API, ready to listen or to be called by `inject`. */
export async function buildApp(dependencies: ApiDependencies): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify({
    loggerInstance: requestLog(dependencies.log) as FastifyBaseLogger,
    frameworkErrors: answerBadRequest,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 30_000,
    // A field named __proto__ is an ordinary problem of the document: the schemas refuse it.
    onProtoPoisoning: 'ignore',
    onConstructorPoisoning: 'ignore',
    routerOptions: { ignoreTrailingSlash: true },
  });
  app.setValidatorCompiler(validatorCompiler);
  // The schemas of responses are for documentation, and the compiler checks them. A response never fails because of
  // its schema.
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
    // Connections without a request would keep the server from closing.
    setTimeout(() => app.server.closeAllConnections(), DRAIN_MS).unref();
  });
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  return app;
}

/** Guards the routes that follow: they need a token or, without tokens, a request from this machine. */
function guard(app: FastifyInstance, { tokens }: ApiDependencies): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    request.actor = admit(request, tokens, request.routeOptions.config.scope ?? 'read');
  });
}

/** Measures every request, labelled with the pattern of its route. */
function observe(app: FastifyInstance, metrics: ApiMetrics): void {
  app.addHook('onResponse', async (request, reply) => {
    const { url: route = 'unknown', config } = request.routeOptions;
    // A request refused before a route is found has no configuration, whatever the types say.
    if (config?.isStream && reply.statusCode === 200) return;
    const { method } = request;
    metrics.answered({ method, route, status: reply.statusCode, seconds: reply.elapsedTime / 1000 });
  });
}
