import { describe, expect, it } from 'vitest';
import { createStyle, PLAIN } from '../../../../src/cli/render/layout/style.js';
import { table } from '../../../../src/cli/render/layout/table.js';
import { clean, cut, pad, widthOf, wrap, wrapForeign } from '../../../../src/cli/render/layout/text.js';
import { formatClock, formatDuration } from '../../../../src/cli/render/layout/time.js';

describe('text', () => {
  it('breaks at spaces, and long words where it must', () => {
    expect(wrap('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrap('https://a-very-long-name.example', 12)).toEqual([
      'https://a-ve',
      'ry-long-name',
      '.example',
    ]);
    expect(wrap('', 10)).toEqual([]);
  });

  it('takes control characters from what others wrote', () => {
    expect(clean('a\x1b[31mred\x1b[0m\x07\r\nb')).toBe('a [31mred [0m b');
    expect(wrapForeign('first\x1b]0;title\x07\nsecond', 40)).toEqual(['first ]0;title', 'second']);
  });

  it('cuts and pads by what is seen', () => {
    expect(cut('abcdef', 4)).toBe('abc…');
    expect(cut('abcd', 4)).toBe('abcd');
    const red = createStyle(true).bad('ab');
    expect(widthOf(red)).toBe(2);
    expect(pad(red, 4)).toBe(`${red}  `);
    expect(pad('7', 3, 'right')).toBe('  7');
  });
});

describe('table', () => {
  it('fits columns to their cells and leaves out empty ones', () => {
    const columns = [{ title: 'NAME' }, { title: 'NOTHING' }, { title: 'N', align: 'right' as const }];
    expect(
      table(
        columns,
        [
          ['a-long-name', '', '1'],
          ['b', '', '20'],
        ],
        PLAIN,
      ),
    ).toEqual(['NAME          N', 'a-long-name   1', 'b            20']);
  });
});

describe('time', () => {
  it.each([
    [0, '0 s'],
    [-5, '0 s'],
    [59_400, '59 s'],
    [59_600, '1m 00s'],
    [134_000, '2m 14s'],
    [3_780_000, '1h 03m'],
    [187_200_000, '2d 4h'],
  ])('says %d ms as %s', (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text));

  it('says the time of day', () => {
    expect(formatClock(new Date(2026, 0, 2, 3, 4, 5).getTime())).toBe('03:04:05');
  });
});
