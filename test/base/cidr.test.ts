import { expect, test } from 'vitest';
import { parseCidr } from '../../src/base/cidr.js';

test.each([
  ['10.244.0.0/16', 4, '0af40000', '0af4ffff'],
  ['0.0.0.0/0', 4, '00000000', 'ffffffff'],
  ['255.255.255.255/32', 4, 'ffffffff', 'ffffffff'],
  ['172.16.0.0/13', 4, 'ac100000', 'ac17ffff'],
  ['::/0', 6, '0'.repeat(32), 'f'.repeat(32)],
  ['::1/128', 6, '1'.padStart(32, '0'), '1'.padStart(32, '0')],
  ['fd00::/8', 6, 'fd'.padEnd(32, '0'), 'fd'.padEnd(32, 'f')],
  ['FD00:10:244::/58', 6, 'fd0000100244'.padEnd(32, '0'), 'fd0000100244003'.padEnd(32, 'f')],
  ['1:2:3:4:5:6:7:8/128', 6, '00010002000300040005000600070008', '00010002000300040005000600070008'],
  ['::ffff:10.0.0.0/104', 6, 'ffff0a000000'.padStart(32, '0'), 'ffff0affffff'.padStart(32, '0')],
] as const)('%s', (text, family, first, last) => {
  expect(parseCidr(text)).toEqual({ family, first, last, hasHostBits: false });
});

test.each(['10.0.0.1/8', '10.244.1.0/16', 'fd00::1/64'])(
  '%s has host bits, and means the block around',
  (text) => {
    expect(parseCidr(text)?.hasHostBits).toBe(true);
  },
);

test.each([
  '',
  '/',
  '10.0.0.0',
  '10.0.0.0/',
  '10.0.0.0/33',
  '10.0.0.0/08',
  '10.0.0.0/-1',
  '10.0.0.0/8/8',
  '10.0.0/8',
  '10.0.0.0.0/8',
  '256.0.0.0/8',
  '010.0.0.0/8',
  '10.0.0.0/8 ',
  ' 10.0.0.0/8',
  'a.b.c.d/8',
  ':/64',
  ':::/64',
  '1::2::3/64',
  '1:2:3:4:5:6:7/64',
  '1:2:3:4:5:6:7:8:9/64',
  '1:2:3:4:5:6:7::8/64',
  'fd00::/129',
  'fd00::g/64',
  'fd00::12345/64',
  'fe80::1%eth0/64',
  '10.0.0.1::/64',
  '::10.0.0/104',
  `${'1'.repeat(100)}/8`,
])('%j is no CIDR', (text) => {
  expect(parseCidr(text)).toBeUndefined();
});

test.each([
  ['172.31.255.77', 32],
  ['fd12:3456:789a:bcde:f012:3456:789a:bcde', 128],
])('every block around %s is as large as its prefix says, and contains it', (address, bits) => {
  const own = number(parseCidr(`${address}/${bits}`)?.first);
  for (let length = 0; length <= bits; length++) {
    const cidr = parseCidr(`${address}/${length}`);
    const [first, last] = [number(cidr?.first), number(cidr?.last)];
    expect(last - first + 1n).toBe(1n << BigInt(bits - length));
    expect(first % (last - first + 1n)).toBe(0n);
    expect(first <= own && own <= last).toBe(true);
  }
});

function number(digits: string | undefined): bigint {
  return BigInt(`0x${digits}`);
}
