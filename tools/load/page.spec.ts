import { describe, expect, it } from '@jest/globals';
import { withRows } from './page.js';

const PAGE = `Before
<!-- faults -->

| name | acked |
|---|---|
| \`a\` | 1 |
| \`b\` | 2 |

<!-- /faults -->
after
`;

describe('The rows of a page', () => {
  it('The rows of a page replace the row with the same key and keep the others', () => {
    expect(withRows(PAGE, 'faults', ['| `b` | 5 |', '| `c` | 6 |'])).toBe(
      PAGE.replace('| `b` | 2 |', '| `b` | 5 |\n| `c` | 6 |'),
    );
  });

  it('The rows of a page leave other blocks alone', () => {
    expect(withRows(PAGE, 'naive', ['| `b` | 5 |'])).toBe(PAGE);
  });
});
