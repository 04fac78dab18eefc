import type { FastifyInstance } from 'fastify';
import { loadAll, YAMLException } from 'js-yaml';
import { ApiError } from './api-codes.js';

/** Above what a document may have, so that one that is a little too long is told so by its own rule. */
export const BODY_LIMIT_BYTES = 64 * 1024;

/** More than a document has use for; without a limit they could multiply. */
const MAX_ALIASES = 100;

/**
 * Reads YAML bodies beside JSON ones: the file that a user has is a valid body as it is. The parser has a limit of its own
 * for depth: one that recurses until the stack is used up can take the whole process with it.
 */
export function acceptYaml(app: FastifyInstance): void {
  app.removeContentTypeParser('text/plain');
  app.addContentTypeParser(
    ['application/yaml', 'application/x-yaml', 'text/yaml'],
    { parseAs: 'string', bodyLimit: BODY_LIMIT_BYTES },
    (_request, body, done) => {
      try {
        done(null, onlyDocument(loadAll(String(body), { maxAliases: MAX_ALIASES })));
      } catch (error) {
        // Thrown on from here, an error would end the process.
        done(error instanceof YAMLException ? unreadable(error) : (error as Error));
      }
    },
  );
}

/** An empty file is null, as an empty document is. */
function onlyDocument([document = null, ...more]: readonly unknown[]): unknown {
  if (more.length > 0) throw new YAMLException('it has more than one document');
  return document;
}

function unreadable({ message }: YAMLException): ApiError {
  return new ApiError('request-unreadable', `The body is not YAML: ${message.split('\n', 1)[0]}`);
}
