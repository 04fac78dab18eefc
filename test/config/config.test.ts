import { describe, expect, it } from 'vitest';
import { readConfig, requireInventory } from '../../src/config/config.js';
import { ConfigError } from '../../src/config/config-error.js';

function problemsOf(environment: Record<string, string>): string[] {
  try {
    readConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('readConfig', () => {
  it('has a default for everything but the inventory and credentials', () => {
    expect(readConfig({})).toEqual({
      istioctl: ['istioctl'],
      kubectl: 'kubectl',
      helm: 'helm',
      logLevel: 'info',
      server: { host: '127.0.0.1', port: 8180, isBehindTls: false },
      worker: { maxActivities: 100, healthPort: 8181, deployment: 'mesh-rollout', promote: true },
      codec: { origins: [] },
      client: { api: 'http://127.0.0.1:8180' },
    });
  });

  it('shows no password of a URL', () => {
    const [problem] = problemsOf({ MESH_ROLLOUT_API: 'ftp://ada:hunter2@10.0.0.1' });
    expect(problem).toContain('expected a URL that begins with http://');
    expect(problem).not.toContain('hunter2');
  });

  it('takes an empty variable as not set', () => {
    expect(readConfig({ MESH_ROLLOUT_PORT: '', MESH_ROLLOUT_TOKENS_FILE: '' })).toEqual(readConfig({}));
  });

  it('reads every variable', () => {
    const config = readConfig({
      MESH_ROLLOUT_INVENTORY: '/etc/inventory.yaml',
      MESH_ROLLOUT_ISTIOCTL: '/opt/istioctl',
      MESH_ROLLOUT_KUBECTL: '/opt/kubectl',
      MESH_ROLLOUT_HOST: '0.0.0.0',
      MESH_ROLLOUT_PORT: '0',
      MESH_ROLLOUT_TOKENS_FILE: '/etc/tokens.yaml',
      MESH_ROLLOUT_BEHIND_TLS: 'on',
      MESH_ROLLOUT_CODEC_KEYS_FILE: '/etc/keys',
      MESH_ROLLOUT_CODEC_KEYS: 'a:b',
      MESH_ROLLOUT_CODEC_ORIGINS: 'http://127.0.0.1:8233, https://ui.example',
      MESH_ROLLOUT_API: 'https://mesh.example/',
      MESH_ROLLOUT_TOKEN: 'abc',
      MESH_ROLLOUT_LOG_LEVEL: 'debug',
      MESH_ROLLOUT_WORKER_ACTIVITIES: '7',
      MESH_ROLLOUT_WORKER_HEALTH_PORT: 'off',
      MESH_ROLLOUT_WORKER_METRICS: '9464',
      MESH_ROLLOUT_WORKER_SDK_METRICS: '[::]:9465',
      MESH_ROLLOUT_WORKER_DEPLOYMENT: 'mesh-east',
      MESH_ROLLOUT_WORKER_PROMOTE: 'off',
    });
    expect(config).toEqual({
      inventory: '/etc/inventory.yaml',
      istioctl: ['/opt/istioctl'],
      kubectl: '/opt/kubectl',
      helm: 'helm',
      logLevel: 'debug',
      server: { host: '0.0.0.0', port: 0, tokensFile: '/etc/tokens.yaml', isBehindTls: true },
      worker: {
        maxActivities: 7,
        metricsAddress: { host: '127.0.0.1', port: 9464 },
        sdkMetricsAddress: '[::]:9465',
        deployment: 'mesh-east',
        promote: false,
      },
      codec: {
        keysFile: '/etc/keys',
        keys: 'a:b',
        origins: ['http://127.0.0.1:8233', 'https://ui.example'],
      },
      client: { api: 'https://mesh.example', token: 'abc' },
    });
  });

  it('names every problem at once, with the value and the default', () => {
    expect(
      problemsOf({
        MESH_ROLLOUT_PORT: '70000',
        MESH_ROLLOUT_LOG_LEVEL: 'loud',
        MESH_ROLLOUT_API: 'mesh.example',
        MESH_ROLLOUT_WORKER_HEALTH_PORT: 'none',
        MESH_ROLLOUT_WORKER_ACTIVITIES: '0',
      }),
    ).toEqual([
      'MESH_ROLLOUT_PORT is "70000": expected a port, a number from 0 to 65535. Correct it, or unset it for 8180.',
      'MESH_ROLLOUT_API is "mesh.example": expected a URL that begins with http:// or https://. Correct it, or unset it for http://127.0.0.1:8180.',
      'MESH_ROLLOUT_LOG_LEVEL is "loud": expected trace, debug, info, warn, error or silent. Correct it, or unset it for info.',
      'MESH_ROLLOUT_WORKER_ACTIVITIES is "0": expected how many activities may run at once, a number from 1 to 1000. Correct it, or unset it for 100.',
      'MESH_ROLLOUT_WORKER_HEALTH_PORT is "none": expected a port, or off. Correct it, or unset it for 8181.',
    ]);
  });

  it('does not show the value of a secret', () => {
    expect(problemsOf({ MESH_ROLLOUT_TOKEN: 'very secret' })).toEqual([
      'MESH_ROLLOUT_TOKEN is not usable: expected one line without spaces. Correct it or unset it.',
    ]);
  });

  it('cannot be changed afterwards', () => {
    const config = readConfig({});
    expect(Object.isFrozen(config) && Object.isFrozen(config.client)).toBe(true);
  });
});

describe('requireInventory', () => {
  it('gives the path, or says which variable is missing', () => {
    expect(requireInventory(readConfig({ MESH_ROLLOUT_INVENTORY: 'clusters.yaml' }))).toBe('clusters.yaml');
    expect(() => requireInventory(readConfig({}))).toThrow(
      /^MESH_ROLLOUT_INVENTORY is not set\. Set it to the path/,
    );
  });
});
