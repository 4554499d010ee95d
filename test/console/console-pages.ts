import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { until } from '@sluice/test-kit';

interface Finding {
  id: string;
  nodes: { target: string[]; failureSummary: string }[];
}

/** What people with a screen reader, without a mouse or with weak eyes cannot use, one line each. */
export async function findingsIn(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const violations = (await page.evaluate('axe.run(document).then(({ violations }) => violations)')) as Finding[];
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

export const textOf = async (page: Page, selector: string): Promise<string> =>
  (await page.locator(selector).first().textContent()) ?? '';

/** Waits until an element shows a text. */
export function shows(page: Page, selector: string, text: string): Promise<unknown> {
  const isShown = async (): Promise<true | undefined> =>
    (await page.locator(selector).count()) > 0 && (await textOf(page, selector)).includes(text) ? true : undefined;
  return until(`${selector} shows ${text}`, isShown, { everyMs: 20 });
}

/** Collects what the browser complains about: errors, and what the policy has kept out. */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
  return complaints;
}
