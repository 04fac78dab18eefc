import type { FastifyInstance } from 'fastify';
import { loadAll, YAMLException } from 'js-yaml';
import { ApiError } from './api-codes.js';

/**
 * Larger than the limit for documents, so that a document that is slightly too long gets the message of its own rule.
 */
export const BODY_LIMIT_BYTES = 64 * 1024;

/** More aliases than any document needs. Without a limit they could multiply. */
const MAX_ALIASES = 100;

/**
 * Accepts YAML bodies besides JSON, so that users can send their file unchanged. The parser has its own depth limit:
 * unlimited recursion could exhaust the stack and end the whole process.
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
        // An error that is rethrown here would end the process.
        done(error instanceof YAMLException ? unreadable(error) : (error as Error));
      }
    },
  );
}

/** Returns the only document. An empty file counts as null, like an empty document. */
function onlyDocument([document = null, ...more]: readonly unknown[]): unknown {
  if (more.length > 0) throw new YAMLException('it has more than one document');
  return document;
}

function unreadable({ message }: YAMLException): ApiError {
  return new ApiError('request-unreadable', `The body is not YAML: ${message.split('\n', 1)[0]}`);
}
