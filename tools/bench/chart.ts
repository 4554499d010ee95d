import type { Row } from './result.js';

const [LABEL_WIDTH, BAR_WIDTH, FIGURE_WIDTH] = [220, 220, 460];
const [ROW_HEIGHT, GROUP_GAP, MARGIN] = [22, 12, 10];
const TEXT = 'font: 13px system-ui, sans-serif; fill: light-dark(#1c2430, #dde3ec)';
const STYLE = `:root { color-scheme: light dark } text { ${TEXT} } .what { font-weight: 600 } rect { fill: light-dark(#2f6fb0, #6ba8e5) }`;

/** A picture of measured rows, as SVG for light and dark pages: a bar for each ratio, under the name of what was measured. */
export function chartOf(rows: readonly Row[]): string {
  const greatest = Math.max(...rows.map(({ ratio }) => ratio));
  const parts: string[] = [];
  let y = MARGIN;
  for (const [index, row] of rows.entries()) {
    if (row.what !== rows[index - 1]?.what) {
      y += index === 0 ? 0 : GROUP_GAP;
      parts.push(textAt(MARGIN, y, row.what, ' class="what"'));
      y += ROW_HEIGHT;
    }
    parts.push(barOf(row, y, (BAR_WIDTH * row.ratio) / greatest));
    y += ROW_HEIGHT;
  }
  const [width, height] = [LABEL_WIDTH + BAR_WIDTH + FIGURE_WIDTH, y + MARGIN];
  const size = `viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${size} role="img">`,
    `<style>${STYLE}</style>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

function barOf({ variant, figure, ratio }: Row, y: number, width: number): string {
  const bar = `<rect x="${LABEL_WIDTH}" y="${y + 4}" width="${Math.max(1, width).toFixed(1)}" height="${ROW_HEIGHT - 8}"/>`;
  const said = `${ratio.toFixed(2)} (${figure})`;
  return textAt(2 * MARGIN, y, variant) + bar + textAt(LABEL_WIDTH + width + MARGIN, y, said);
}

function textAt(x: number, y: number, text: string, attributes = ''): string {
  const at = `x="${x.toFixed(0)}" y="${y + ROW_HEIGHT / 2}" dominant-baseline="middle"`;
  return `<text ${at}${attributes}>${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
