import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { redact } from '../base/text/redact.js';

/**
 * Returns a logger that writes requests and errors without secrets: who acted and what was requested, never headers,
 * bodies or query strings, because people put tokens there by mistake.
 */
export function requestLog(log: Logger): Logger {
  return log.child({}, { serializers: { req, res, err } });
}

function req(request: FastifyRequest) {
  return { method: request.method, path: request.url.split('?', 1)[0], remoteAddress: request.ip };
}

function res(reply: FastifyReply) {
  // Fastify passes its reply here; a raw response has no request.
  const { request } = reply as { request?: FastifyRequest };
  const mesh = (request?.params as { mesh?: string } | undefined)?.mesh;
  return {
    statusCode: reply.statusCode,
    ...(request?.routeOptions?.url !== undefined && { route: request.routeOptions.url }),
    ...(request?.actor && { actor: request.actor }),
    ...(mesh !== undefined && { mesh: mesh.slice(0, 63) }),
  };
}

/** Errors of clients also carry requests and headers. Only message and stack are logged. */
function err(error: unknown) {
  if (!(error instanceof Error)) return { message: redact(String(error)) };
  return {
    type: error.name,
    message: redact(error.message),
    stack: redact(stackOf(error)),
  };
}

function stackOf(error: Error): string {
  const own = error.stack ?? '';
  return error.cause instanceof Error ? `${own}\ncaused by: ${stackOf(error.cause)}` : own;
}
