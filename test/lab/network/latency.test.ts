import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { latency } from '../../../lab/network/latency.js';

const CHUNKS = 600;

it.each([
  ['while it stays the same', () => 10],
  ['while it changes', (chunk: number) => [8, 0, 3][chunk % 3] ?? 0],
] as const)('keeps the order of what it holds back %s', async (_when, latencyOf) => {
  let sent = 0;
  const held = latency(() => latencyOf(sent));
  const arrived: number[] = [];
  held.on('data', (chunk: Buffer) => arrived.push(...String(chunk).trim().split(' ').map(Number)));
  const ended = new Promise((resolve) => held.once('end', resolve));
  for (; sent < CHUNKS; sent++) {
    held.write(`${sent} `);
    if (sent % 5 === 0) await setImmediate();
  }
  held.end();
  await ended;
  expect(arrived).toEqual(Array.from({ length: CHUNKS }, (_, index) => index));
});

it('lets chunks travel side by side', async () => {
  const held = latency(() => 50);
  const start = performance.now();
  for (let chunk = 0; chunk < 100; chunk++) held.write('x');
  held.end();
  let length = 0;
  for await (const chunk of held) length += (chunk as Buffer).length;
  expect(length).toBe(100);
  // One after the other they would take five seconds.
  expect(performance.now() - start).toBeLessThan(2_500);
});
