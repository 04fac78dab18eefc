import { readFile } from 'node:fs/promises';
import { assertGuarded } from './api/access.js';
import { buildApp } from './api/app.js';
import { parseTokens, type Token } from './api/tokens.js';
import { type Config, requireInventory } from './config/config.js';
import { ConfigError } from './config/config-error.js';
import { createLog } from './config/log.js';
import { Clusters } from './kubernetes/clusters.js';
import { parseRollout } from './rollout/parse-rollout.js';
import { openClient } from './temporal/connection.js';
import { createPlans } from './temporal/plans.js';
import { createRollouts } from './temporal/rollouts.js';

/**
 * Runs the API server until SIGINT or SIGTERM. It starts without Temporal, and says so under /readyz.
 * @throws ConfigError or RolloutError `inventory-invalid` when it cannot start
 */
export async function runServer(config: Config): Promise<void> {
  const { host, port, tokensFile } = config.server;
  const tokens = tokensFile === undefined ? undefined : await readTokens(tokensFile);
  assertGuarded(host, tokens);
  const log = createLog('api', config.logLevel);
  const clusters = new Clusters(requireInventory(config));
  await clusters.inventory();
  const access = openClient(config.temporal);
  const app = await buildApp({
    rollouts: createRollouts(access),
    plans: createPlans(access),
    parseDocument: async (document) => parseRollout(document, await clusters.inventory()),
    ...(tokens && { tokens }),
    log,
  });
  try {
    await app.listen({ host, port });
    log.info(
      { ...config.temporal, tokens: tokens?.map(({ name, scope }) => ({ name, scope })) ?? 'none' },
      'API serves',
    );
    await stopSignal();
  } finally {
    await app.close();
    await access.close();
    clusters.close();
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
