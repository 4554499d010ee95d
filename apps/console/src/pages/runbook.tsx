import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { status } from '../base/status-store.js';
import { useStore } from '../base/store.js';
import { Markdown } from '../parts/markdown.jsx';
import { Empty } from '../parts/ui.jsx';
import type { PageProps } from '../base/router.js';

/** The names of the topics and the group in the runbooks. */
const NAMES = { events: 'ingest.events', dead_letters: 'ingest.dead-letters', store_group: 'sluice-store' } as const;

interface Pages {
  (name: string): Promise<string | { default: string }>;
  keys(): string[];
}

// All pages are one file, which is loaded with the first of them: a runbook is read when the network may be slow.
const pages = (import.meta as unknown as { webpackContext(folder: string, options: object): Pages }).webpackContext(
  '../../../../docs/operations/runbooks',
  { regExp: /\.md$/, mode: 'lazy-once', recursive: false },
);

/** A runbook, with the names of this installation's topics and group. */
export function RunbookPage({ place: { path } }: PageProps): JSX.Element {
  const name = path[1] ?? 'README';
  const names = useStore(status)?.names;
  const [text, setText] = useState<string>();
  useEffect(() => {
    const key = `./${name}.md`;
    if (!pages.keys().includes(key)) return setText('# No such runbook\n\n[All runbooks](README.md)');
    void pages(key).then((page) => setText(typeof page === 'string' ? page : page.default));
  }, [name]);
  if (text === undefined) return <Empty>Loading…</Empty>;
  return (
    <article class="card wide runbook">
      <Markdown text={names === undefined ? text : withNames(text, names)} />
    </article>
  );
}

function withNames(text: string, names: Readonly<Record<keyof typeof NAMES, string>>): string {
  const here = new Map(Object.entries(NAMES).map(([key, name]) => [name as string, names[key as keyof typeof NAMES]]));
  return text.replace(/ingest\.(?:events|dead-letters)\b|sluice-store\b/g, (name) => here.get(name) ?? name);
}
