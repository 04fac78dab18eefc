import type { FastifyInstance } from 'fastify';
import { parse, YAMLParseError } from 'yaml';
import { ApiError } from './api-codes.js';

/** Above what a document may have, so that one that is a little too long is told so by its own rule. */
export const BODY_LIMIT_BYTES = 64 * 1024;

/** Reads YAML bodies beside JSON ones: the file that a user has is a valid body as it is. */
export function acceptYaml(app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser(
    ['application/yaml', 'application/x-yaml', 'text/yaml'],
    { parseAs: 'string', bodyLimit: BODY_LIMIT_BYTES },
    (_request, body, done) => {
      try {
        done(null, parse(String(body), { maxAliasCount: 100 }));
      } catch (error) {
        const reason = error instanceof YAMLParseError ? firstLine(error.message) : 'it has too many aliases';
        done(new ApiError('request-unreadable', `The body is not YAML: ${reason}`));
      }
    },
  );
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
