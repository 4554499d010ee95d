import { type ParsedJson, parseScanned, type ScannedText } from '@sluice/contracts';

const WORDS = ['-Infinity', 'Infinity', 'NaN'];
const STARTS = /[-IN"]/g;

/**
 * Parses a text that may have numbers that JSON does not have.
 *
 * @param isNanNull whether NaN, Infinity and -Infinity are null; otherwise the text is not JSON
 * @param isExact see `parseScanned`
 */
export function parseWithNan(text: string, scanned: ScannedText, isNanNull: boolean, isExact: boolean): ParsedJson {
  const parsed = parseScanned(text, scanned, isExact);
  return parsed.ok || !isNanNull ? parsed : parseScanned(nanAsNull(text), scanned, isExact);
}

/** The text with each NaN, Infinity and -Infinity outside of its strings as null. Takes time in proportion to the text. */
function nanAsNull(text: string): string {
  let written = '';
  let from = 0;
  STARTS.lastIndex = 0;
  for (let found = STARTS.exec(text); found !== null; found = STARTS.exec(text)) {
    const at = found.index;
    if (text[at] === '"') {
      STARTS.lastIndex = endOfString(text, at);
      continue;
    }
    const word = WORDS.find((candidate) => text.startsWith(candidate, at));
    if (word === undefined) continue;
    written += `${text.slice(from, at)}null`;
    from = STARTS.lastIndex = at + word.length;
  }
  return written + text.slice(from);
}

/** After the quote that ends the string which begins at `from`. */
function endOfString(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '"') return at + 1;
    if (text[at] === '\\') at++;
  }
  return text.length;
}
