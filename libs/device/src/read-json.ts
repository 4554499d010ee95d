/**
 * `JSON.parse` that reads a key with escapes right: V8 may take it for another key that it has met before (nodejs/node#63785).
 *
 * @throws SyntaxError if the text is not JSON
 */
export function readJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return text.includes('\\') ? rebuilt(JSON.parse(withoutKeys(text))) : value;
}

const INSTEAD: Readonly<Record<string, string>> = { '{': '{"":[', '}': ']}', ':': ',' };

/** `{"a":1}` as `{"":["a",1]}`: what was a key is a text now, and texts are always read right. */
function withoutKeys(text: string): string {
  let rewritten = '';
  let isInString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (character === '"') isInString = !isInString;
    // Only strings have backslashes; the character after one ends no string.
    if (character === '\\') rewritten += character + text[++at];
    else rewritten += isInString ? character : (INSTEAD[character] ?? character);
  }
  return rewritten;
}

function rebuilt(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rebuilt);
  if (typeof value !== 'object' || value === null) return value;
  const keysAndValues = (value as { '': unknown[] })[''];
  const entries: [string, unknown][] = [];
  for (let at = 0; at < keysAndValues.length; at += 2) {
    entries.push([keysAndValues[at] as string, rebuilt(keysAndValues[at + 1])]);
  }
  return Object.fromEntries(entries);
}
