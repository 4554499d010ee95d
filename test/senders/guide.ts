import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '@sluice/test-kit';

const FENCED = /^```(\w*)\n(.*?)^```$/gms;
const ADDRESS = 'http://SLUICE:8000';

const [, ...PARTS] = readFileSync(join(ROOT, 'docs/guides/senders.md'), 'utf8').split(/^## /m);

/** @returns the text under a heading of docs/guides/senders.md */
function part(title: string): string {
  const found = PARTS.find((text) => text.startsWith(`${title}\n`));
  if (found === undefined) throw new Error(`docs/guides/senders.md has no heading "${title}"`);
  return found;
}

const fenced = (text: string) => [...text.matchAll(FENCED)].map(([, language, content]) => ({ language, content }));

/** @returns the first block of a language under a heading */
export function block(title: string, language: string): string {
  const found = fenced(part(title)).find((candidate) => candidate.language === language);
  if (found === undefined) throw new Error(`docs/guides/senders.md has no ${language} block under "${title}"`);
  return found.content!;
}

/** @returns the first code in a sentence under a heading that begins like this, with its line ends as spaces */
export function inline(title: string, start: string): string {
  const codes = [
    ...part(title)
      .replaceAll(FENCED, '')
      .matchAll(/`([^`]+)`/g),
  ].map(([, code]) => code!);
  const found = codes.find((code) => code.startsWith(start));
  if (found === undefined) throw new Error(`docs/guides/senders.md has no code "${start}..." under "${title}"`);
  return found.replaceAll('\n', ' ');
}

/** @returns the text with the address of a running Sluice. @throws Error if the page's address is not in it */
export function sentTo(baseUrl: string, text: string): string {
  const elsewhere = text.replaceAll(ADDRESS, baseUrl);
  if (elsewhere === text) throw new Error(`${ADDRESS} is not in: ${text}`);
  return elsewhere;
}

/** @returns the mappings of all recipes as one SOURCES_FILE */
export function sourcesFile(): string {
  const mappings = PARTS.flatMap(fenced)
    .filter(({ language, content }) => language === 'json' && !content!.includes('"data_payload"'))
    .map(({ content }) => JSON.parse(content!) as object);
  return JSON.stringify(Object.assign({}, ...mappings));
}

/** @returns the value of `NAME=value` under a heading */
export const setting = (title: string, name: string): string => inline(title, `${name}=`).slice(name.length + 1);
