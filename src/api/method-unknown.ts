import type { FastifyInstance, HTTPMethods } from 'fastify';
import { ApiError } from './api-codes.js';

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];

/**
 * Answers methods that a path does not support with 405 and `Allow`, as HTTP requires (RFC 9110, section 15.5.6),
 * instead of 404. Covers the routes that `define` adds. Their hooks run for these responses too, so nothing is
 * revealed without a token.
 */
export function withMethodUnknown(app: FastifyInstance, define: () => void): void {
  const known = new Map<string, Set<string>>();
  app.addHook('onRoute', ({ path, method, exposeHeadRoute = true }) => {
    const methods = known.get(path) ?? new Set();
    for (const each of [method].flat()) methods.add(each);
    // Fastify answers HEAD wherever there is GET, unless a route says otherwise.
    if (methods.has('GET') && exposeHeadRoute) methods.add('HEAD');
    known.set(path, methods);
  });
  define();
  for (const [path, methods] of [...known]) {
    const url = app.prefix === '/' ? path : path.slice(app.prefix.length);
    const allow = METHODS.filter((method) => methods.has(method)).join(', ');
    app.route({
      url,
      method: METHODS.filter((method) => !methods.has(method)),
      schema: { hide: true },
      // This runs before the body is parsed, because the body does not matter.
      onRequest: async (request, reply) => {
        reply.header('allow', allow);
        throw new ApiError('method-unknown', `${request.method} ${path}`);
      },
      handler: async () => undefined,
    });
  }
}
