import { expect, test } from 'vitest';
import { sameAddresses } from '../../src/base/addresses.js';

test.each([
  ['the same ones', ['10.0.0.1', '10.0.0.2'], ['10.0.0.2', '10.0.0.1'], true],
  ['one more', ['10.0.0.1', '10.0.0.2'], ['10.0.0.1'], false],
  ['one less', ['10.0.0.1'], ['10.0.0.1', '10.0.0.2'], false],
  ['others', ['10.0.0.1'], ['10.0.0.2'], false],
  ['none', [], ['10.0.0.1'], false],
  ['none, where there are none', [], [], true],
  ['those of one family, which are all that a Service can hold', ['10.0.0.1'], ['10.0.0.1', 'fd00::1'], true],
  ['those of both families', ['10.0.0.1', 'fd00::1'], ['10.0.0.1', 'fd00::1'], true],
  ['those of both families, one of them outdated', ['10.0.0.1', 'fd00::2'], ['10.0.0.1', 'fd00::1'], false],
  ['those of another family', ['fd00::1'], ['10.0.0.1'], false],
])('endpoints with %s', (_, endpoints, addresses, expected) => {
  expect(sameAddresses(endpoints, addresses)).toBe(expected);
});
