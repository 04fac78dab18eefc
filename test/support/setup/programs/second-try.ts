import { expect, test } from 'vitest';

let tries = 0;

test('needs its second try', () => {
  tries += 1;
  expect(tries).toBe(2);
});
