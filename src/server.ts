import { readFile } from 'node:fs/promises';
import { assertGuarded } from './api/access.js';
import { buildApp } from './api/app.js';
import { parseTokens, type Token } from './api/tokens.js';
import { requireInventory } from './config/config.js';
import { ConfigError } from './config/config-error.js';
import { createLog } from './config/log.js';
import type { ServiceConfig } from './config/service-config.js';
import { describeTemporal } from './config/temporal-settings.js';
import { InventoryFile } from './kubernetes/inventory-file.js';
import { parseInventory } from './rollout/inventory.js';
import { parseRollout } from './rollout/parse-rollout.js';
import { checkAccess } from './temporal/check-access.js';
import { EncryptionCodec } from './temporal/codec/encryption-codec.js';
import { openClient, type TemporalAccess } from './temporal/connection.js';
import { createDataConverter } from './temporal/data-converter.js';
import { createPlans } from './temporal/plans.js';
import { createRollouts } from './temporal/rollouts.js';
import { TemporalError } from './temporal/temporal-error.js';

/** The API does not wait for a Temporal that is away. */
const CHECK_TIMEOUT_MS = 2_000;

/**
 * Runs the API server until SIGINT or SIGTERM. It starts without Temporal, and says so under /readyz; but not when
 * Temporal answers and does not take these settings.
 * @throws ConfigError, TemporalError or RolloutError `inventory-invalid` when it cannot start
 */
export async function runServer(config: ServiceConfig): Promise<void> {
  const { host, port, tokensFile } = config.server;
  const tokens = tokensFile === undefined ? undefined : await readTokens(tokensFile);
  assertGuarded(host, tokens);
  const log = createLog('api', config.logLevel);
  const inventory = new InventoryFile(requireInventory(config), parseInventory);
  await inventory.read();
  const { codecKeys, temporal } = config;
  const access = openClient(temporal, createDataConverter(codecKeys));
  const app = await buildApp({
    rollouts: createRollouts(access),
    plans: createPlans(access),
    parseDocument: async (document) => parseRollout(document, await inventory.read()),
    ...(tokens && { tokens }),
    ...(codecKeys.length > 0 && {
      codec: {
        codec: new EncryptionCodec(codecKeys),
        namespace: temporal.namespace,
        origins: config.codec.origins,
      },
    }),
    log,
  });
  try {
    await assertTaken(access);
    await app.listen({ host, port });
    log.info(
      {
        ...describeTemporal(temporal),
        codecKeys: codecKeys.map(({ id }) => id),
        tokens: tokens?.map(({ name, scope }) => ({ name, scope })) ?? 'none',
      },
      'API serves',
    );
    await stopSignal();
  } finally {
    await app.close();
    await access.close();
  }
}

/** @throws TemporalError when Temporal does not take the settings; that it is away may end by itself */
async function assertTaken(access: TemporalAccess): Promise<void> {
  try {
    await checkAccess(access, CHECK_TIMEOUT_MS);
  } catch (error) {
    if (!(error instanceof TemporalError) || error.code !== 'temporal-unavailable') throw error;
  }
}

async function readTokens(path: string): Promise<readonly Token[]> {
  const variable = 'MESH_ROLLOUT_TOKENS_FILE';
  const action = 'Correct the file: a list of { name, sha256, scope }.';
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new ConfigError([
      { variable, message: `names a file that cannot be read: ${error.message}`, action },
    ]);
  });
  const parsed = parseTokens(text);
  if (parsed.ok) return parsed.value;
  throw new ConfigError(
    parsed.problems.map((problem) => ({
      variable,
      message: `${path}: ${problem.path} ${problem.message}`,
      action,
    })),
  );
}

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
