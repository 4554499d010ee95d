import { load } from 'js-yaml';

interface Row {
  path: string;
  fallback: unknown;
  description: string;
}

const HEAD = `# Values of the chart sluice

For people who install Sluice on Kubernetes: every value, its default and meaning. \`npm run chart\` generates this
page from the comments in values.yaml. docs/operations/kubernetes.md says how to install it.

| value | default | what it does |
|---|---|---|
`;

/** The text of charts/sluice/README.md. */
export function valuesPage(valuesYaml: string): string {
  return `${HEAD}${rowsOf(valuesYaml).map(asLine).join('\n')}\n`;
}

/** Each leaf of values.yaml, with the comment above it; a list, and a map that is empty or has its own comment, is a leaf. */
export function rowsOf(valuesYaml: string): Row[] {
  const values = load(valuesYaml) as Record<string, unknown>;
  const comments = commentsOf(valuesYaml);
  return leavesOf(values, [], comments).map(([path, fallback]) => ({
    path,
    fallback,
    description: comments.get(path) ?? '',
  }));
}

/** Blocks written on one line, such as `requests: { cpu: 1 }`, are leaves: no line of their own begins with what they have. */
function leavesOf(value: unknown, path: string[], lines: ReadonlyMap<string, string>): [string, unknown][] {
  const children = Object.entries(isMap(value) ? value : {}).map(([key, child]) => ({ child, path: [...path, key] }));
  const written = children.filter((child) => lines.has(child.path.join('.')));
  if (written.length === 0) return [[path.join('.'), value]];
  return written.flatMap(({ child, path: below }) => leavesOf(child, below, lines));
}

/** The comment above each key of a YAML text, by the path of the key; empty where there is none. */
function commentsOf(text: string): Map<string, string> {
  const comments = new Map<string, string>();
  const path: { indent: number; key: string }[] = [];
  let comment: string[] = [];
  for (const line of text.split('\n')) {
    const [, spaces = '', remark, key] = /^( *)(?:# (.*)|([\w-]+):.*)$/.exec(line) ?? [];
    if (remark !== undefined) comment.push(remark);
    if (key !== undefined) {
      while (path.length > 0 && path.at(-1)!.indent >= spaces.length) path.pop();
      path.push({ indent: spaces.length, key });
      comments.set(path.map((part) => part.key).join('.'), comment.join(' '));
    }
    if (remark === undefined) comment = [];
  }
  return comments;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function asLine({ path, fallback, description }: Row): string {
  const shown = fallback === '' ? 'empty' : `\`${JSON.stringify(fallback)}\``;
  return `| \`${path}\` | ${shown} | ${description} |`;
}
