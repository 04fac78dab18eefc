import { fitLine } from './text.js';

/** Puts sections below each other, parted by an empty line; empty ones are left out, no line is wider than `width`. */
export function joinSections(sections: readonly (readonly string[])[], width: number): string[] {
  return sections
    .filter((lines) => lines.length > 0)
    .flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]))
    .map((line) => fitLine(line, width));
}
