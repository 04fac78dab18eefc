import type { Output } from '../terminal.js';
import type { WatchDisplay } from './display.js';

/** One JSON object a line, as the API's events are: for programs. */
export function jsonDisplay(out: Output): WatchDisplay {
  return {
    show: (item) => out.write(`${JSON.stringify(item)}\n`),
    close: () => {},
  };
}
