import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseCidr } from '../../../src/base/cidr.js';
import { ClusterClient } from '../../../src/kubernetes/client/cluster-client.js';
import { Refusals } from '../../../src/kubernetes/errors/refusals.js';
import { findMissingRights } from '../../../src/kubernetes/facts/access-review.js';
import { readCIDRs } from '../../../src/kubernetes/facts/cidrs.js';
import { readServerVersion } from '../../../src/kubernetes/facts/server-version.js';
import { ERRORS } from '../../../src/rollout/codes.js';
import { RolloutError } from '../../../src/rollout/rollout-error.js';
import { anyAnswer, PLANTED } from '../support/any-answer.js';
import { type AnyAnswer, startAnyServer } from '../support/any-server.js';
import { writeKubeconfig } from '../support/stub-api-server.js';

const CONFIG_MAP = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'one', namespace: 'default', labels: { a: 'b' } },
  data: { a: 'b' },
};
const WIDGET = {
  apiVersion: 'example.com/v1',
  kind: 'Widget',
  metadata: { name: 'one', namespace: 'default' },
};
const RIGHTS = [
  { verb: 'get', resource: 'services' },
  { verb: 'list', resource: 'services' },
];

const LONGEST_TURN_MS = 200;

const isObject = (value: unknown) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is asked of a cluster, and what a value that comes of it must be. */
const OPERATIONS: Readonly<Record<string, (client: ClusterClient) => Promise<boolean>>> = {
  request: async (client) => isObject(await client.request('POST', '/api/v1/pods', { body: CONFIG_MAP })),
  get: async (client) => {
    const found = await client.get('/api/v1/nodes');
    return found === undefined || isObject(found);
  },
  list: async (client) => (await client.list('/api/v1/nodes')).every(isObject),
  apply: async (client) => {
    const { object, changed } = await client.apply(CONFIG_MAP, { fieldManager: 'test' });
    return isObject(object.metadata) && typeof changed === 'boolean';
  },
  'dry run': async (client) => {
    const { object } = await client.apply(CONFIG_MAP, { fieldManager: 'test', dryRun: true });
    return isObject(object.metadata);
  },
  'apply of a kind that is looked up': async (client) =>
    isObject((await client.apply(WIDGET, { fieldManager: 'test' })).object),
  delete: async (client) => typeof (await client.delete(CONFIG_MAP)) === 'boolean',
  readServerVersion: async (client) => (await readServerVersion(client)).gitVersion.length < 150,
  readCIDRs: async (client) => {
    const { podCIDRs, serviceCIDRs, unknown } = await readCIDRs(client, {});
    const reasons = [...(unknown.pod ?? []), ...(unknown.service ?? [])];
    assertSafe(reasons.join('\n'));
    return [...podCIDRs, ...serviceCIDRs].every((cidr) => parseCidr(cidr) !== undefined);
  },
  findMissingRights: async (client) => Array.isArray(await findMissingRights(client, RIGHTS)),
};

/** Seven characters of a credential of twenty tell nobody anything. */
const PARTS = Object.values(PLANTED).flatMap((secret) =>
  Array.from({ length: secret.length - 7 }, (_, at) => secret.slice(at, at + 8)),
);

function assertSafe(text: string): void {
  expect(PARTS.filter((part) => text.includes(part))).toEqual([]);
  // Terminals obey them.
  expect(text).not.toMatch(/[^\P{Cc}\n\t]/u);
}

function assertReadable(error: unknown): void {
  expect(error).toBeInstanceOf(RolloutError);
  const { code, message, action } = error as RolloutError;
  expect(Object.keys(ERRORS)).toContain(code);
  expect(code).not.toBe('internal-error');
  expect(message.length).toBeLessThanOrEqual(2_048);
  expect(action.length).toBeLessThanOrEqual(1_024);
  assertSafe(message + action);
}

/**
 * The most CPU time, in milliseconds, that passed between two turns of the event loop while something ran. The time on a
 * clock would also be that of other processes.
 */
async function longestTurnOf(run: () => Promise<void>): Promise<number> {
  let longest = 0;
  let before = process.cpuUsage();
  const look = () => {
    const { user, system } = process.cpuUsage(before);
    longest = Math.max(longest, (user + system) / 1000);
    before = process.cpuUsage();
  };
  const timer = setInterval(look, 1);
  try {
    await run();
  } finally {
    clearInterval(timer);
  }
  look();
  return longest;
}

test('whatever answers in the place of an API server, there is a value or an error that a person can read, soon', async () => {
  const server = await startAnyServer();
  const path = await writeKubeconfig(server.url, { token: PLANTED.bearer });
  const ask = async (operation: string, patienceMs: number) => {
    const client = new ClusterClient({ name: 'eu-1', path }, new Refusals(patienceMs));
    try {
      expect(await OPERATIONS[operation]?.(client)).toBe(true);
    } catch (error) {
      // What is no RolloutError is shown with its stack.
      if (!(error instanceof RolloutError)) throw error;
      assertReadable(error);
    } finally {
      client.close();
    }
  };
  const holds = async (operation: string, answer: AnyAnswer, patienceMs: number) => {
    server.answer = answer;
    // Heartbeats and all other clusters wait for the longest turn. What is slow is so every time; collecting garbage is not.
    let longest = Number.POSITIVE_INFINITY;
    for (let tries = 0; tries < 3 && longest > LONGEST_TURN_MS; tries++) {
      longest = Math.min(longest, await longestTurnOf(() => ask(operation, patienceMs)));
    }
    expect(longest).toBeLessThanOrEqual(LONGEST_TURN_MS);
  };
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(OPERATIONS)),
      anyAnswer,
      fc.constantFrom(0, 60_000),
      holds,
    ),
    { numRuns: 500, interruptAfterTimeLimit: 12_000 },
  );
});
