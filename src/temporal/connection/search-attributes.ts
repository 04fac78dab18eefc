import { SearchAttribute } from '../../rollout/names.js';
import type { TemporalAccess } from './connection.js';
import { grpcDetailsOf } from './grpc-status.js';
import { TemporalError } from './temporal-error.js';

/** `INDEXED_VALUE_TYPE_KEYWORD` of Temporal's API. */
const KEYWORD = 2;
const TIMEOUT_MS = 5_000;
/** A server reloads its list of search attributes about once a second. */
const VISIBLE_WITHIN_MS = 15_000;

/**
 * Registers the search attributes of rollouts that the namespace lacks. If the list of search attributes may not be
 * read, they are assumed to exist: `checkAccess` has shown that the credentials are valid.
 * @returns the names that were registered; usually none
 * @throws TemporalError `search-attributes-missing`, with the commands to run, when they cannot be registered from
 *   here (as on Temporal Cloud); the errors of {@link TemporalAccess.call}
 */
export async function ensureSearchAttributes(access: TemporalAccess): Promise<string[]> {
  let missing: string[];
  try {
    missing = await missingSearchAttributes(access);
  } catch (error) {
    // Temporal Cloud and servers with narrow permissions do not offer the operator service. The first start of a
    // rollout then shows whether the search attributes exist.
    if (error instanceof TemporalError && error.code === 'temporal-refused') return [];
    throw error;
  }
  if (missing.length === 0) return [];
  const { operatorService } = access.client.connection;
  const request = {
    namespace: access.target.namespace,
    searchAttributes: Object.fromEntries(missing.map((name) => [name, KEYWORD])),
  };
  try {
    await access.call(TIMEOUT_MS, () => operatorService.addSearchAttributes(request));
  } catch (error) {
    // Another process may have registered them at the same moment.
    if ((await missingSearchAttributes(access)).length > 0) throw notRegistered(missing, error);
  }
  await untilVisible(access);
  return missing;
}

/** Calls {@link ensureSearchAttributes} before the first start, and again after a failure. */
export function ensureSearchAttributesOnce(access: TemporalAccess): () => Promise<unknown> {
  let registered: Promise<unknown> | undefined;
  return () => {
    registered ??= ensureSearchAttributes(access).catch((error) => {
      registered = undefined;
      throw error;
    });
    return registered;
  };
}

async function missingSearchAttributes(access: TemporalAccess): Promise<string[]> {
  const { operatorService } = access.client.connection;
  const { namespace } = access.target;
  const answer = await access.call(TIMEOUT_MS, () => operatorService.listSearchAttributes({ namespace }));
  return Object.values(SearchAttribute).filter((name) => answer.customAttributes?.[name] === undefined);
}

async function untilVisible(access: TemporalAccess): Promise<void> {
  const deadline = Date.now() + VISIBLE_WITHIN_MS;
  for (;;) {
    const missing = await missingSearchAttributes(access);
    if (missing.length === 0) return;
    if (Date.now() > deadline) throw notRegistered(missing, new Error('registered, but not in the list yet'));
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}

function notRegistered(missing: readonly string[], cause: unknown): TemporalError {
  const commands = missing.map(
    (name) => `temporal operator search-attribute create --name ${name} --type Keyword`,
  );
  return new TemporalError(
    'search-attributes-missing',
    `Search attributes could not be registered (${grpcDetailsOf(cause)}). Run: ${commands.join('; ')}`,
    { cause },
  );
}
