import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { until } from './wait.js';

/** An API that is ready with its third answer, and answers 500 to every other request. */
async function flakyApi(): Promise<string> {
  let requests = 0;
  const server = createServer((_, answer) => {
    requests += 1;
    answer.statusCode = requests % 2 === 0 ? 500 : 200;
    answer.end(requests > 2 ? 'ready' : 'not yet');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function isReady(url: string): Promise<boolean> {
  const answer = await fetch(url, { headers: { connection: 'close' } });
  if (!answer.ok) throw new Error(`the API answered ${answer.status}`);
  return (await answer.text()) === 'ready';
}

it('fails on an API that answers 500 every other time', async () => {
  const url = await flakyApi();
  const waiting = until('the API to be ready', () => isReady(url), { intervalMs: 1 });
  await expect(waiting).rejects.toThrow('the API answered 500');
});

it('lets pass what the caller says it may', async () => {
  const url = await flakyApi();
  const tolerate = (error: unknown) => error instanceof Error && error.message.endsWith('500');
  expect(await until('the API to be ready', () => isReady(url), { intervalMs: 1, tolerate })).toBe(true);
});

it.each([undefined, null, false, 0])('takes %j for "not yet"', async (value) => {
  const values = [value, value, 'there'];
  expect(await until('the value', () => values.shift(), { intervalMs: 1 })).toBe('there');
});
