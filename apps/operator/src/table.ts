const GAP = '  ';

/** Rows as lines with their columns below each other. What a terminal would obey is shown as its code. */
export function tableOf(head: readonly string[], rows: readonly (readonly unknown[])[]): string[] {
  const cells = [head, ...rows.map((row) => row.map(cellOf))];
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join(GAP)
      .trimEnd(),
  );
}

function cellOf(value: unknown): string {
  return value === null || value === undefined || value === '' ? '-' : printable(String(value));
}

/** Control characters, and those that turn the direction of a line, as `\u....`. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`,
  );
}
