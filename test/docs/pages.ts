import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { ROOT } from '@sluice/test-kit';

/** A link in a Markdown page. */
export interface Link {
  /** The page that has the link, from the root of the repository. */
  page: string;
  /** As it is written. */
  written: string;
  /** The file or folder that it points to, from the root of the repository. */
  target: string;
  /** What follows the `#`, or empty. */
  anchor: string;
}

const IGNORED = ['node_modules', 'dist', 'data', 'coverage', '.git'];
const FENCED = /^( *)```.*?^\1```/gms;
const LINK = /\]\(([^)\s]+)\)/g;
const HEADING = /^#{1,6} +(.+?)\s*$/gm;

/** Every Markdown page of the repository, from its root. */
export const PAGES: readonly string[] = filesNamed('**/*.md');

/** The files that match a pattern, from the root of the repository, without what is installed, built or stored. */
export function filesNamed(pattern: string): string[] {
  const found = globSync(pattern, { cwd: ROOT, exclude: (path) => IGNORED.includes(path.split('/').at(-1)!) });
  return found.sort();
}

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** The links of a page to files of this repository and to its own headings. Links to other sites are not among them. */
export function linksIn(text: string, page: string): Link[] {
  const prose = text.replaceAll(FENCED, '');
  return [...prose.matchAll(LINK)]
    .map(([, written = '']) => written)
    .filter((written) => !/^[a-z]+:/.test(written))
    .map((written) => {
      const [path = '', anchor = ''] = written.split('#');
      return { page, written, target: path === '' ? page : normalize(join(dirname(page), path)), anchor };
    });
}

/** The anchors that GitHub gives to the headings of a page: lower case, without punctuation, hyphens for spaces. */
export function anchorsIn(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of text.replaceAll(FENCED, '').matchAll(HEADING)) {
    const slug = slugOf(heading);
    for (let copy = 0, name = slug; ; name = `${slug}-${(copy += 1)}`) {
      if (anchors.has(name)) continue;
      anchors.add(name);
      break;
    }
  }
  return anchors;
}

function slugOf(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{Letter}\p{Number}\s_-]/gu, '')
    .replaceAll(' ', '-');
}
