import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { ApiError } from './api-codes.js';
import { PROBLEM_MEDIA_TYPE, type ProblemDetails, problemOf } from './problem.js';

/** Answers every error and every unknown path with problem+json. Only our own faults are logged as errors. */
export function answerWithProblems(app: FastifyInstance): void {
  app.setErrorHandler(answer);
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, problemOf(new ApiError('route-unknown', `${request.method} ${pathOf(request.url)}`))),
  );
}

/** Answers requests that Fastify refuses before it finds a route: the path cannot be decoded, or is too long. */
export function answerBadRequest(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  answer(error, request, reply);
}

function answer(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = problemOf(translate(error));
  if (problem.status >= 500) request.log.error({ err: error }, problem.title);
  return sendProblem(reply, problem);
}

/** When to ask again after "busy", in seconds. Small plans take about this long. */
const RETRY_AFTER_SECONDS = 15;

/** Sends a problem as the response. */
export function sendProblem(reply: FastifyReply, problem: ProblemDetails): FastifyReply {
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  if (problem.status === 429) reply.header('retry-after', RETRY_AFTER_SECONDS);
  return reply.code(problem.status).type(PROBLEM_MEDIA_TYPE).send(JSON.stringify(problem));
}

/** Turns Fastify's own errors into ours. */
function translate(error: FastifyError): unknown {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const problems = error.validation.map(({ instancePath, message }) => ({
      path: instancePath.slice(1).replaceAll('/', '.'),
      message: message ?? 'is not valid',
    }));
    return new ApiError(
      'request-invalid',
      `The ${error.validationContext ?? 'request'} is not valid.`,
      problems,
    );
  }
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ApiError('body-too-large', 'The body is longer than 64 KiB.');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ApiError('media-type-unsupported', 'The content type is neither JSON nor YAML.');
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return new ApiError('request-unreadable', 'The body is empty.');
    case 'FST_ERR_BAD_URL':
      return new ApiError('request-invalid', 'The path cannot be decoded.');
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new ApiError('request-invalid', 'A part of the path is longer than any valid name.');
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new ApiError('request-unreadable', 'The length of the body differs from Content-Length.');
    default:
      // The JSON parser and Node's HTTP parser throw plain errors with a status.
      return error.statusCode === 400
        ? new ApiError('request-unreadable', 'The body is not valid JSON.')
        : error;
  }
}

function pathOf(url: string): string {
  return (url.split('?', 1)[0] ?? '').slice(0, 200);
}
