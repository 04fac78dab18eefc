import type { EncryptionKey } from '../temporal/codec/encryption-keys.js';
import { readCodecKeys } from './codec-settings.js';
import { type Config, readConfig } from './config.js';
import { ConfigError, type ConfigProblem } from './config-error.js';
import type { Environment } from './environment.js';
import { readTemporalSettings, type TemporalSettings } from './temporal-settings.js';

/** What worker and API server need beside {@link Config}: it is read from files too, and holds credentials. */
export interface ServiceConfig extends Config {
  readonly temporal: TemporalSettings;
  /** Keys of the codec; none: payloads are not encrypted. */
  readonly codecKeys: readonly EncryptionKey[];
}

/**
 * Reads everything that a service needs.
 * @throws ConfigError with every problem at once
 */
export function readServiceConfig(environment: Environment): ServiceConfig {
  const problems: ConfigProblem[] = [];
  const attempt = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
      return undefined;
    }
  };
  const config = attempt(() => readConfig(environment));
  const temporal = attempt(() => readTemporalSettings(environment));
  const codecKeys = config && attempt(() => readCodecKeys(config));
  if (!config || !temporal || !codecKeys || problems.length > 0) throw new ConfigError(problems);
  return { ...config, temporal, codecKeys };
}
