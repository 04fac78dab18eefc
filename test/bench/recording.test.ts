import { expect, test } from 'vitest';
import { identityOf, recordedIdentity } from '../../bench/many/identities.js';
import { Templates } from '../../bench/many/personalise.js';
import { type Answer, readRecording, requestKey, writeRecording } from '../../bench/many/recording.js';

const UID = '6f1c2a34-aaaa-bbbb-cccc-0123456789ab';
const TOKEN = Buffer.from('header.claims.signature-of-the-recorded-cluster').toString('base64');
const answer = (body: string): Answer => ({
  status: 200,
  contentType: 'application/json',
  body: Buffer.from(body),
  watch: false,
});

test('the same request has the same key, whatever its version and timeout', () => {
  const watch = (query: string) => requestKey('GET', `/api/v1/pods?watch=true&${query}`, 'application/json');
  expect(watch('timeoutSeconds=300&resourceVersion=5')).toBe(watch('resourceVersion=77&timeoutSeconds=412'));
  expect(watch('labelSelector=a')).not.toBe(watch('labelSelector=b'));
  expect(requestKey('GET', '/x', 'a')).not.toBe(requestKey('GET', '/x', 'b'));
});

test('a fleet answers with names, UIDs and addresses of its own, one answer after the other', () => {
  const key = requestKey('GET', '/x');
  const recorded = recordedIdentity(UID, TOKEN);
  const body = `{"name":"fleet-0000","uid":"${UID}","podCIDR":"10.200.1.0/24","again":"fleet-0000"}`;
  const text = writeRecording(new Map([[key, [answer('none yet'), answer(body)]]]));
  const templates = new Templates(readRecording(text), recorded);
  const ask = (n: number, cluster: number) =>
    templates.answer(key, n, identityOf(cluster, recorded))?.body.toString();
  expect(ask(0, 7)).toBe('none yet');
  expect(ask(1, 7)).toBe(
    '{"name":"fleet-0007","uid":"6f1c2a34-aaaa-bbbb-cccc-000000000007","podCIDR":"20.107.1.0/24","again":"fleet-0007"}',
  );
  expect(ask(9, 300)).toContain('"podCIDR":"23.100.1.0/24"');
  expect(templates.answer('GET /y', 0, recorded)).toBeUndefined();
});

test('a fleet hands out tokens of its own, which are texts like the recorded one', () => {
  const recorded = recordedIdentity(UID, TOKEN);
  const templates = new Templates(new Map([['GET /token', [answer(`{"token":"${TOKEN}"}`)]]]), recorded);
  const tokenOf = (cluster: number) => {
    const body = templates.answer('GET /token', 0, identityOf(cluster, recorded))?.body.toString() ?? '';
    return Buffer.from(JSON.parse(body).token, 'base64').toString();
  };
  expect(tokenOf(7)).toMatch(/^header\.claims\.signature-of-the-[\w-]+$/);
  expect(tokenOf(7)).toContain('000000000007');
  expect(tokenOf(8)).not.toBe(tokenOf(7));
});

test('no two clusters of a fleet are alike', () => {
  const recorded = recordedIdentity(UID, TOKEN);
  const all = Array.from({ length: 2_000 }, (_, i) => identityOf(i + 1, recorded));
  for (const key of Object.keys(recorded)) expect(new Set(all.map((one) => one[key])).size).toBe(2_000);
});
