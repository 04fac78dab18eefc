import type { Output } from '../terminal.js';
import type { WatchDisplay } from './display.js';

/** Writes one JSON object per line, in the form of the API's events, for programs. */
export function jsonDisplay(out: Output): WatchDisplay {
  return {
    show: (item) => out.write(`${JSON.stringify(item)}\n`),
    close: () => {},
  };
}
