import { describe, expect, it } from 'vitest';
import { LiveTable } from '../../src/cli/live-table.js';

function drawing(): { table: LiveTable; written: string[] } {
  const written: string[] = [];
  return { table: new LiveTable({ write: (text) => void written.push(text) }), written };
}

describe('LiveTable', () => {
  it('draws over the last frame in one write, without erasing first', () => {
    const { table, written } = drawing();
    table.draw(['one', 'two']);
    table.draw(['three']);
    expect(written).toEqual(['\x1b[?25lone\x1b[K\ntwo\x1b[K\n\x1b[J', '\x1b[2A\rthree\x1b[K\n\x1b[J']);
  });

  it('writes nothing when nothing changed', () => {
    const { table, written } = drawing();
    table.draw(['one']);
    table.draw(['one']);
    expect(written).toHaveLength(1);
  });

  it('gives the cursor back once', () => {
    const { table, written } = drawing();
    table.close();
    table.draw(['one']);
    table.close();
    table.close();
    expect(written.slice(1)).toEqual(['\x1b[?25h']);
  });
});
