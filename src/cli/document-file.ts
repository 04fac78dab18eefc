import { isNode, LineCounter, parseDocument } from 'yaml';
import { UsageError } from './api-error.js';

/** A rollout document as read from the user's file. */
export interface DocumentFile {
  readonly document: unknown;
  /**
   * Returns the position of a field, such as `rollout.yaml:12`, or only the file name when the line is
   * unknown.
   */
  locate(path: string): string;
}

/**
 * Reads YAML or JSON, and remembers the position of every field.
 * @param name of the file, for messages
 * @throws UsageError that lists every place where the text is not valid YAML
 */
export function readDocument(name: string, text: string): DocumentFile {
  const lines = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (parsed.errors.length > 0) {
    const places = parsed.errors.map(
      ({ pos, message }) => `  ${name}:${lines.linePos(pos[0]).line}  ${message}`,
    );
    throw new UsageError([`${name} is not YAML.`, ...places].join('\n'));
  }
  return {
    document: parsed.toJS({ maxAliasCount: 100 }),
    locate: (path) => {
      // A missing field has the position of its parent. A missing top-level field has none.
      for (let keys = keysOf(path); keys.length > 0; keys = keys.slice(0, -1)) {
        const node = parsed.getIn(keys, true);
        if (isNode(node) && node.range) return `${name}:${lines.linePos(node.range[0]).line}`;
      }
      return name;
    },
  };
}

/** Splits a path such as `remotes[2].cluster` or `a["b.c"]` into keys. */
function keysOf(path: string): (string | number)[] {
  return [...path.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g)].map(
    ([, index, quoted, plain]) => {
      if (index !== undefined) return Number(index);
      return quoted === undefined ? (plain ?? '') : (JSON.parse(quoted) as string);
    },
  );
}
