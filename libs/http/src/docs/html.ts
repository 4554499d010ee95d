/** Text that is HTML already: everything else is escaped when it is put into HTML. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = string | Html | readonly (string | Html)[];

/** HTML with its parts inserted: every part that is not {@link Html} is text, and is escaped. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const texts = parts.map((part) => [part].flat().map(asHtml).join(''));
  return new Html(String.raw({ raw: strings }, ...texts));
}

const ESCAPED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function asHtml(part: string | Html): string {
  return part instanceof Html ? part.text : part.replace(/[&<>"']/g, (character) => ESCAPED[character]!);
}
