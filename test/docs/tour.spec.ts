import { describe, expect, it } from '@jest/globals';
import { linksIn, read } from './pages.js';

const PAGE = 'docs/internals/tour.md';

/** Each stop is one item of the list: a link to a file, and a name that the file declares. */
const STOPS = [...read(PAGE).matchAll(/^\d+\. (\[[^\]]+\]\([^)]+\)) `(\w+)`:/gm)].map(([, link = '', name = '']) => ({
  file: linksIn(link, PAGE)[0]!.target,
  name,
}));

describe('docs/internals/tour.md', () => {
  it('docs/internals/tour.md has ten stops', () => {
    expect(STOPS).toHaveLength(10);
  });

  it.each(STOPS)('docs/internals/tour.md names $name, which $file exports', ({ file, name }) => {
    expect(read(file)).toMatch(new RegExp(`^export (?:abstract |async )*(?:class|function) ${name}\\b`, 'm'));
  });
});
