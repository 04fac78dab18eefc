import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { parseTokens, type Token } from '../api/tokens.js';
import { fileVersion } from '../kubernetes/connection/file-version.js';
import { ConfigError, type ConfigProblem } from './config-error.js';

const VARIABLE = 'MESH_ROLLOUT_TOKENS_FILE';
const ACTION = 'Correct the file: a list of { name, sha256, scope }.';

/**
 * The tokens of the API as a file, read again when it has changed: a token is revoked, or gets another scope, without a
 * restart. A file that cannot be used, because somebody is at work on it, leaves the tokens as they were.
 */
export class TokensFile {
  readonly #path: string;
  readonly #log: Pick<Logger, 'info' | 'error'>;
  #version: string;
  #tokens: readonly Token[];

  /** @throws ConfigError when it cannot be read or is not valid now */
  constructor(path: string, log: Pick<Logger, 'info' | 'error'>) {
    this.#path = path;
    this.#log = log;
    this.#version = fileVersion(path);
    this.#tokens = readTokens(path);
  }

  /** The tokens as they are now. Called for every request: it costs one look at the file's date. */
  readonly current = (): readonly Token[] => {
    const version = fileVersion(this.#path);
    if (version !== this.#version) {
      this.#version = version;
      this.#readAgain();
    }
    return this.#tokens;
  };

  #readAgain(): void {
    try {
      this.#tokens = readTokens(this.#path);
      this.#log.info({ tokens: describeTokens(this.#tokens) }, 'the tokens were read again');
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const { problems } = error;
      this.#log.error({ problems }, 'the tokens file cannot be used; the previous tokens stay valid');
    }
  }
}

/** What may be logged about tokens. */
export function describeTokens(tokens: readonly Token[]): readonly Pick<Token, 'name' | 'scope'>[] {
  return tokens.map(({ name, scope }) => ({ name, scope }));
}

function readTokens(path: string): readonly Token[] {
  const problem = (message: string): ConfigProblem => ({ variable: VARIABLE, message, action: ACTION });
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError([problem(`names a file that cannot be read: ${(error as Error).message}`)]);
  }
  const parsed = parseTokens(text);
  if (parsed.ok) return parsed.value;
  throw new ConfigError(parsed.problems.map((each) => problem(`${path}: ${each.path} ${each.message}`)));
}
