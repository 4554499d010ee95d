import { describe, expect, it } from '@jest/globals';
import { unknownNamesIn } from './known-queries.js';
import { ALERT_TESTS, filesIn, read, RULES } from './observe-files.js';

const RUNBOOKS = 'docs/operations/runbooks';
const INDEX = 'README.md';
const ALERT_NAMES = [...new Set(RULES.flatMap(({ alert }) => alert ?? []))];

/** `SluiceNoProgress` has `no-progress.md`. */
const pageOf = (alert: string) =>
  `${alert
    .replace(/^Sluice/, '')
    .replace(/(?<!^)[A-Z]/g, '-$&')
    .toLowerCase()}.md`;

it('Every rule queries only exported metrics', () => {
  expect(RULES.flatMap(({ expr }) => unknownNamesIn(expr))).toEqual([]);
});

it('Every alert has a runbook, and every runbook an alert', () => {
  const pages = filesIn(RUNBOOKS).filter((file) => file !== INDEX);
  expect(pages).toEqual(ALERT_NAMES.map(pageOf).sort());
});

describe.each(ALERT_NAMES)('The alert %s', (name) => {
  const rules = RULES.filter(({ alert }) => alert === name);

  it('The alert has a summary, a severity and the link of its runbook', () => {
    for (const { labels, annotations } of rules) {
      expect(['page', 'ticket']).toContain(labels?.['severity']);
      expect(annotations?.summary).toBeTruthy();
      expect(annotations?.runbook_url).toBe(`{{ $externalURL }}/user/${pageOf(name)}`);
    }
  });

  it('The alert has a runbook with its meaning, what to look at and what to do, and the runbook is in the list', () => {
    const page = read(`${RUNBOOKS}/${pageOf(name)}`);
    expect([...page.matchAll(/^#+ .+$/gm)].map(([heading]) => heading)).toEqual([
      `# ${name}`,
      '## What it means',
      '## What to look at',
      '## What to do',
    ]);
    expect(read(`${RUNBOOKS}/${INDEX}`)).toContain(`[${name}](${pageOf(name)})`);
  });

  it('The alert has tests in which it fires, with each severity, and in which it does not', () => {
    const tests = ALERT_TESTS.filter(({ alertname }) => alertname === name);
    const fired = new Set(
      tests.flatMap(({ exp_alerts }) => exp_alerts.map(({ exp_labels }) => exp_labels['severity'])),
    );
    expect([...fired].sort()).toEqual([...new Set(rules.map(({ labels }) => labels?.['severity']))].sort());
    expect(tests.some(({ exp_alerts }) => exp_alerts.length === 0)).toBe(true);
  });
});
