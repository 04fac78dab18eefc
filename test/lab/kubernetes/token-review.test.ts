import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TokenReviewer } from '../../../lab/kubernetes/token-review.js';
import { reservePort } from '../../../lab/network/ports.js';

let reviewer: TokenReviewer;
let url: string;
beforeEach(async () => {
  reviewer = await TokenReviewer.listen(await reservePort());
  url = reviewer.urlOf('remote-1');
});
afterEach(() => reviewer.close());

async function review(body: string, at = url): Promise<unknown> {
  const answer = await fetch(at, { method: 'POST', body });
  return answer.ok ? ((await answer.json()) as { status: unknown }).status : answer.status;
}

it('knows a user of a cluster there only, and until it is removed', async () => {
  const body = JSON.stringify({ spec: { token: reviewer.addUser('remote-1', 'ada', ['ops']) } });
  expect(await review(body, `${url}?timeout=30s`)).toEqual({
    authenticated: true,
    user: { username: 'ada', groups: ['ops'] },
  });
  expect(await review(body, reviewer.urlOf('remote-2'))).toEqual({ authenticated: false });
  reviewer.removeUser('remote-1', 'ada');
  expect(await review(body)).toEqual({ authenticated: false });
});

it.each(['v1', 'v1beta1'])('answers in the version in which it is asked: %s', async (version) => {
  const apiVersion = `authentication.k8s.io/${version}`;
  const answer = await fetch(url, {
    method: 'POST',
    body: JSON.stringify({ apiVersion, spec: { token: 'x' } }),
  });
  expect(await answer.json()).toMatchObject({ apiVersion, kind: 'TokenReview' });
});

it.each(['', '{', 'null', '{}'])('refuses %j, and lives on', async (body) => {
  expect(await review(body)).toBe(400);
});

it('lives on when an API server is killed while it asks', async () => {
  const { port } = new URL(url);
  const socket = connect(Number(port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write('POST /remote-1 HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"spec"');
  socket.resetAndDestroy();
  await once(socket, 'close');
  expect(await review('{"spec":{"token":"x"}}')).toEqual({ authenticated: false });
});
