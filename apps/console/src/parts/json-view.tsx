import type { JSX } from 'preact';

/** Highlighting a longer text costs more than it helps. */
const MAX_COLOURED = 60_000;

/** A text with its end quote, a number, or a word. */
const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|true|false|null/g;

/** A value as formatted JSON. Any content becomes text, never markup. */
export function JsonView({ value, label }: { value: unknown; label: string }): JSX.Element {
  const text = JSON.stringify(value, null, 2) ?? '';
  return (
    <pre class="json" tabIndex={0} role="group" aria-label={label}>
      <code>{text.length > MAX_COLOURED ? text : coloured(text)}</code>
    </pre>
  );
}

function coloured(text: string): (string | JSX.Element)[] {
  const parts: (string | JSX.Element)[] = [];
  let end = 0;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (index > end) parts.push(text.slice(end, index));
    end = index + token.length;
    parts.push(<span class={kindOf(token, text[end])}>{token}</span>);
  }
  parts.push(text.slice(end));
  return parts;
}

function kindOf(token: string, next: string | undefined): string {
  if (token.startsWith('"')) return next === ':' ? 'json-key' : 'json-text';
  return /^[tfn]/.test(token) ? 'json-word' : 'json-number';
}

/** The beginning of a value, on one line. */
export function preview(value: unknown, length = 160): string {
  const text = JSON.stringify(value) ?? '';
  return text.length <= length ? text : `${text.slice(0, length)}…`;
}
