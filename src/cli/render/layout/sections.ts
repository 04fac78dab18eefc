import { fitLine } from './text.js';

/**
 * Joins sections with an empty line between them. Empty sections are left out, and no line is wider than
 * `width`.
 */
export function joinSections(sections: readonly (readonly string[])[], width: number): string[] {
  return sections
    .filter((lines) => lines.length > 0)
    .flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]))
    .map((line) => fitLine(line, width));
}
