import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '@sluice/test-kit';
import { anchorsIn, filesNamed, linksIn, PAGES, read, type Link } from './pages.js';

const INDEX = 'docs/README.md';
const LINKS = PAGES.flatMap((page) => linksIn(read(page), page));

/** A page or folder of docs/ that code, configuration or prose names; not the docs/ of another site or of a package. */
const MENTION = /(?<![\w./:-])(?:\.\.?\/)*docs\/((?:[\w-]+\/)*[\w-]+(?:\.(?:md|json|png))?)(?![\w.-]*\w)/g;
const MENTIONING = '**/*.{ts,mjs,js,json,yml,yaml,cfg,tpl,html,md,sh,py}';
/** This suite, and what another version wrote. */
const EXEMPT = /^test\/(?:docs|fixtures)\//;

const exists = (path: string): boolean => existsSync(join(ROOT, path));

const isBroken = ({ target, anchor }: Link): boolean =>
  !exists(target) || (anchor !== '' && target.endsWith('.md') && !anchorsIn(read(target)).has(anchor));

describe('The Markdown pages', () => {
  it('The Markdown pages link only to files and headings that exist', () => {
    expect(LINKS.filter(isBroken).map(({ page, written }) => `${page}: ${written}`)).toEqual([]);
  });

  it('The Markdown pages stay inside the repository with every link', () => {
    expect(LINKS.filter(({ target }) => target.startsWith('..'))).toEqual([]);
  });

  it('The Markdown pages of docs/ can all be reached from the index of docs/', () => {
    const reached = reachableFrom(INDEX);
    expect(PAGES.filter((page) => page.startsWith('docs/') && !reached.has(page))).toEqual([]);
  });
});

it('Every path under docs/ that a file of the repository names exists', () => {
  const files = [...filesNamed(MENTIONING), '.env.example'].filter((file) => !EXEMPT.test(file));
  const missing = files.flatMap((file) =>
    [...read(file).matchAll(MENTION)]
      .map(([, path]) => `docs/${path}`)
      .filter((path) => !exists(path))
      .map((path) => `${file}: ${path}`),
  );
  expect(missing).toEqual([]);
});

describe('linksIn', () => {
  it('linksIn resolves a link against the folder of its page and separates the anchor', () => {
    expect(linksIn('See [errors](../errors.md#invalid-json-400).', 'docs/guides/a.md')).toEqual([
      {
        page: 'docs/guides/a.md',
        written: '../errors.md#invalid-json-400',
        target: 'docs/errors.md',
        anchor: 'invalid-json-400',
      },
    ]);
  });

  it('linksIn leaves out other sites and fenced code', () => {
    expect(linksIn('[x](https://x.example/a)\n```\n[y](y.md)\n```\n', 'a.md')).toEqual([]);
  });
});

describe('anchorsIn', () => {
  it('anchorsIn names headings as GitHub does, with a number for a repeated one', () => {
    const anchors = anchorsIn('# The `list`, (400)\n## Same\n## Same\n');
    expect([...anchors]).toEqual(['the-list-400', 'same', 'same-1']);
  });
});

function reachableFrom(start: string): Set<string> {
  const reached = new Set([start]);
  for (const page of reached) {
    for (const { target } of LINKS.filter((link) => link.page === page))
      for (const next of [target, join(target, 'README.md')]) if (PAGES.includes(next)) reached.add(next);
  }
  return reached;
}
