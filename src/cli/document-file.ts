import { isNode, LineCounter, parseDocument } from 'yaml';
import { UsageError } from './api-error.js';

/** A rollout document as a user has it in a file. */
export interface DocumentFile {
  readonly document: unknown;
  /** Where something stands, `rollout.yaml:12`; the name of the file alone when that cannot be told. */
  locate(path: string): string;
}

/**
 * Reads YAML or JSON, and remembers where everything stands.
 * @param name of the file, for messages
 * @throws UsageError with every place where the text is no YAML
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
      // A field that is missing stands where its parent stands; one at the top stands nowhere.
      for (let keys = keysOf(path); keys.length > 0; keys = keys.slice(0, -1)) {
        const node = parsed.getIn(keys, true);
        if (isNode(node) && node.range) return `${name}:${lines.linePos(node.range[0]).line}`;
      }
      return name;
    },
  };
}

/** `remotes[2].cluster` and `a["b.c"]` as keys. */
function keysOf(path: string): (string | number)[] {
  return [...path.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g)].map(
    ([, index, quoted, plain]) => {
      if (index !== undefined) return Number(index);
      return quoted === undefined ? (plain ?? '') : (JSON.parse(quoted) as string);
    },
  );
}
