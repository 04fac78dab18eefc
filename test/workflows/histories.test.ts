import '../support/setup/quiet-temporal.js';
import { describe, expect, test } from 'vitest';
import { useBundle, useNextBundle } from '../support/workflows/bundles.js';
import { replayFailures } from '../support/workflows/replay.js';
import { readableText, storedHistories } from '../support/workflows/stored-histories.js';

const stored = storedHistories();
const all = stored.flatMap(({ histories }) => histories);

/** Two bundles are built, which takes most of it. */
const TIMEOUT_MS = 120_000;

describe('stored histories', { timeout: TIMEOUT_MS }, () => {
  test('replay on the workflows of the sources', async () => {
    expect(all.length).toBeGreaterThan(50);
    expect(stored.filter(({ histories }) => histories.length === 0).map(({ name }) => name)).toEqual([]);
    expect(await replayFailures(await useBundle(), all)).toEqual([]);
  });

  test('do not replay on workflows that do something else first', async () => {
    const some = all.slice(0, 5);
    const failures = await replayFailures(await useNextBundle(), some);
    expect(failures).toEqual(some.map(() => expect.stringMatching(/nondeterminism/i)));
  });

  test.each([
    ['a wave that is approved', 'approve'],
    ['retry', 'retry'],
    ['skip', 'skip'],
    ['pause', 'pause'],
    ['resume', 'resume'],
    ['abort', 'abort'],
  ])('cover %s', (_, update) => {
    expect(stored.some(({ text }) => text.includes(`"name":"${update}"`))).toBe(true);
  });

  test.each([
    ['a cluster that is taken over', 'claimCluster'],
    ['a last pass that writes endpoints', 'pointRemotes'],
  ])('cover %s', (_, activity) => {
    expect(stored.some(({ text }) => text.includes(`"activityType":{"name":"${activity}"}`))).toBe(true);
  });

  test.each(stored)('$name tells nothing of the machine it was recorded on', ({ text }) => {
    const readable = readableText(text);
    expect(readable).not.toMatch(/\/(tmp|home|root|Users|work)\/|file:\/\/|node_modules|\.ts:\d/);
    expect(readable).not.toMatch(/"identity":"(?!worker")/);
  });
});
