import { describe, expect, test } from 'vitest';
import { excerpt, isAbsence, parseStatus, shorten } from '../../../src/kubernetes/errors/status.js';
import { cpuTimeOf } from '../../support/cpu-time.js';

const KIB = 1024;
const repeated = (text: string, size: number) => text.repeat(Math.ceil(size / text.length)).slice(0, size);

describe('the words of a page', () => {
  test.each([
    ['<html><title>Sign in</title><script>var a = "<b>";</script><p>Please</p></html>', 'Sign in Please'],
    ['<STYLE>p { color: red }</STYLE>  two\n\twords  ', 'two words'],
    ['a script that never ends <script>secret = 1', 'a script that never ends'],
    ['a tag that was cut <a href="x', 'a tag that was cut'],
    ['2 < 3 and 4 > 3', '2 3'],
    ['bold \u001b[31mred\u0007', 'bold [31mred'],
    ['', ''],
  ])('%j are %j', (body, words) => {
    expect(excerpt(body)).toBe(words);
  });

  test('are few, and not half a credential', () => {
    const token = 'abcdefghijklmnopqrstuvwxyz0123456789';
    const page = `${'word '.repeat(35)}Bearer ${token} and more`;
    expect(excerpt(page).length).toBeLessThanOrEqual(201);
    // The cut falls into the token.
    expect(page.indexOf(token)).toBeLessThan(200);
    expect(excerpt(page)).not.toContain('abcdef');
  });
});

describe('a body that a server sends to be slow over', () => {
  test.each(['<', '<a', '<script', '<script>', '<style></script>', ' ', '\u0007', 'a.', '&lt;<!--'])(
    'of nothing but %j costs next to no time',
    (unit) => {
      const body = repeated(unit, 256 * KIB);
      const read = [excerpt, shorten, parseStatus] as const;
      for (const each of read) expect(cpuTimeOf(() => each(body))).toBeLessThan(100);
    },
  );

  test('of ten megabytes of JSON is not read for a Status', () => {
    const body = JSON.stringify({ kind: 'Status', message: 'x'.repeat(10 * KIB * KIB) });
    expect(parseStatus(body)).toBeUndefined();
  });
});

test.each([
  ['{"kind":"Status"}', { causes: [] }],
  ['{"kind":"Status","message":5,"reason":null,"details":[]}', { causes: [] }],
  ['{"kind":"Status","details":{"causes":"none"}}', { causes: [] }],
  [
    '{"kind":"Status","message":"m","reason":"r","details":{"causes":[null,3,{"reason":7,"field":".a"}]}}',
    { message: 'm', reason: 'r', causes: [{ reason: '', message: '', field: '.a' }] },
  ],
  ['{"kind":"status"}', undefined],
  ['null', undefined],
  ['[]', undefined],
  ['', undefined],
])('the Status in %s is %j', (body, status) => {
  expect(parseStatus(body)).toEqual(status);
});

test.each([
  [404, '{"kind":"Status","reason":"NotFound"}', true],
  [404, '404 page not found\n', true],
  [404, '<html>404 Not Found</html>', false],
  [404, '{"message":"no Route matched with those values"}', false],
  [404, '', false],
  [410, '{"kind":"Status"}', false],
])('%i with %j is an absence: %s', (status, body, expected) => {
  expect(isAbsence({ status, body })).toBe(expected);
});

test('a message keeps its lines and loses what terminals obey', () => {
  expect(shorten('one\n\ttwo\u001b[2J\u0000three')).toBe('one\n\ttwo [2J three');
});
