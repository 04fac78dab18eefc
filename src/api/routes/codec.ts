import type { Payload } from '@temporalio/common';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { admit } from '../access.js';
import { ApiError } from '../api-codes.js';
import type { CodecService } from '../codec-service.js';
import { problemAnswers } from '../schemas/schemas.js';
import type { TokenSource } from '../tokens.js';

/** A page of history may contain payloads of 2 MiB each, in base64. */
const BODY_LIMIT_BYTES = 8 * 1024 * 1024;

/** A payload as JSON: the JSON form of protobuf, bytes in base64. */
const PayloadJson = z.object({
  metadata: z.record(z.string(), z.base64()).exactOptional(),
  data: z.base64().exactOptional(),
});
const PayloadsJson = z.object({ payloads: z.array(PayloadJson).max(10_000) });

const ROUTES = {
  decode: { scope: 'read', summary: 'Decrypt payloads of Temporal' },
  encode: { scope: 'operate', summary: 'Encrypt payloads for Temporal' },
} as const;

/**
 * Temporal's remote codec protocol (docs.temporal.io/codec-server, samples-go `codec-server/README.md`), for the Web
 * UI and the CLI: the endpoint is `<this server>/codec`. It needs a token, like /v1. Web pages are admitted only from
 * the configured UIs.
 */
export function codecRoutes(
  instance: FastifyInstance,
  service: CodecService,
  tokens: TokenSource | undefined,
): void {
  const app = instance.withTypeProvider<ZodTypeProvider>();
  app.addHook('onRequest', async (request, reply) => {
    reply.header('cache-control', 'no-store').header('vary', 'origin');
    const { origin } = request.headers;
    if (origin !== undefined && service.origins.includes(origin)) {
      reply.header('access-control-allow-origin', origin);
    }
    // A browser first sends a preflight request without credentials.
    if (request.method === 'OPTIONS') return;
    admit(request, tokens, request.routeOptions.config.scope ?? 'operate', service.origins);
    assertNamespace(request.headers['x-namespace'], service.namespace);
  });

  for (const verb of ['decode', 'encode'] as const) {
    app.options(`/${verb}`, { schema: { hide: true }, logLevel: 'warn' }, async (_request, reply) =>
      reply
        .header('access-control-allow-methods', 'POST')
        .header('access-control-allow-headers', 'authorization, content-type, x-namespace')
        .code(204)
        .send(),
    );
    app.post(`/${verb}`, {
      schema: {
        summary: ROUTES[verb].summary,
        body: PayloadsJson,
        response: { 200: PayloadsJson, ...problemAnswers(400, 401, 403, 413, 503) },
      },
      bodyLimit: BODY_LIMIT_BYTES,
      config: { scope: ROUTES[verb].scope },
      handler: async (request) => {
        const payloads = await service.codec[verb](request.body.payloads.map(fromJson));
        return { payloads: payloads.map(toJson) };
      },
    });
  }
}

function assertNamespace(header: string | string[] | undefined, namespace: string): void {
  if (header === undefined || header === namespace) return;
  throw new ApiError('namespace-refused', `The keys are for the namespace ${namespace}.`);
}

function fromJson({ metadata, data }: z.infer<typeof PayloadJson>): Payload {
  return {
    metadata: Object.fromEntries(
      Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value, 'base64')]),
    ),
    data: Buffer.from(data ?? '', 'base64'),
  };
}

function toJson({ metadata, data }: Payload): z.infer<typeof PayloadJson> {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return {
    metadata: Object.fromEntries(
      Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)]),
    ),
    ...(data && data.length > 0 && { data: base64(data) }),
  };
}
