import { assertGuarded, exposureWarning } from './api/access.js';
import { buildApp } from './api/app.js';
import { requireInventory } from './config/config.js';
import { createLog } from './config/log.js';
import type { ServiceConfig } from './config/service-config.js';
import { describeTemporal } from './config/temporal-settings.js';
import { describeTokens, TokensFile } from './config/tokens-file.js';
import { InventoryFile } from './kubernetes/connection/inventory-file.js';
import { parseRollout } from './rollout/document/parse-rollout.js';
import { parseInventoryNames } from './rollout/inventory/inventory.js';
import { EncryptionCodec } from './temporal/codec/encryption-codec.js';
import { checkAccess } from './temporal/connection/check-access.js';
import { openClient, type TemporalAccess } from './temporal/connection/connection.js';
import { createDataConverter } from './temporal/connection/data-converter.js';
import { TemporalError } from './temporal/connection/temporal-error.js';
import { createRollouts } from './temporal/reading/rollouts.js';
import { createPlans } from './temporal/starting/plans.js';

/** The API does not wait for a Temporal that is away. */
const CHECK_TIMEOUT_MS = 2_000;

/**
 * Runs the API server until SIGINT or SIGTERM. It starts without Temporal, and says so under /readyz; but not when
 * Temporal answers and does not take these settings.
 * @throws ConfigError, TemporalError or RolloutError `inventory-invalid` when it cannot start
 */
export async function runServer(config: ServiceConfig): Promise<void> {
  const { host, port, tokensFile, isBehindTls } = config.server;
  const log = createLog('api', config.logLevel);
  const tokens = tokensFile === undefined ? undefined : new TokensFile(tokensFile, log);
  assertGuarded(host, tokens !== undefined);
  const inventory = new InventoryFile(requireInventory(config), parseInventoryNames);
  await inventory.read();
  const { codecKeys, temporal } = config;
  const access = openClient(temporal, createDataConverter(codecKeys));
  const app = await buildApp({
    rollouts: createRollouts(access),
    plans: createPlans(access),
    parseDocument: async (document) => parseRollout(document, await inventory.read()),
    ...(tokens && { tokens: tokens.current }),
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
    const warning = exposureWarning(host, isBehindTls);
    if (warning !== undefined) log.warn(warning);
    log.info(
      {
        ...describeTemporal(temporal),
        codecKeys: codecKeys.map(({ id }) => id),
        tokens: tokens ? describeTokens(tokens.current()) : 'none',
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

function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
