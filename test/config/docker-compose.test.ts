import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

interface Service {
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
}

const text = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8');
const { services } = parse(text, { merge: true }) as { services: Record<'worker' | 'api', Service> };

/** The variable that names what is mounted at a place, or the place that it is mounted at. */
const mounts = ({ volumes }: Service) =>
  volumes.map((volume) => /^\$\{(\w+)[^}]*\}:([^:]+):ro$/.exec(volume)?.slice(1));

test('the API is given its tokens and the names of the clusters, and nothing of the worker', () => {
  expect(mounts(services.api)).toEqual([['MESH_ROLLOUT_API_CONFIG', '/config']]);
  expect(mounts(services.worker)).toEqual([
    ['MESH_ROLLOUT_CONFIG', '/config'],
    ['ISTIOCTL', '/usr/local/bin/istioctl'],
  ]);
  for (const [name, value] of Object.entries(services.api.environment)) {
    if (value.startsWith('/')) expect(value, name).toMatch(/^\/config\//);
  }
});
