import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openBrowser, until } from '@sluice/test-kit';
import { findingsIn, shows } from './console-pages.js';
import { fullConsole } from './full-console.js';
import type { ServedConsole } from './served-console.js';

let browser: Browser;
let served: ServedConsole;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  served = fullConsole();
  await served.start();
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  served.stop();
});

async function open(path: string, options: BrowserContextOptions): Promise<Page> {
  const page = await browser.newPage(options);
  await page.goto(`${served.url}#/${path}`);
  return page;
}

/** Each page, and a text that it shows once all of it is there. */
const PAGES = [
  ['', 'Newest records', 'stored'],
  ['devices', 'Devices', 'hall-1'],
  ['devices/hall-1', 'hall-1', 'humidity'],
  ['records', 'Records', 'dev-2'],
  ['live', 'Live', 'dev-2'],
  ['dead-letters', 'Dead letters', '3/17'],
  ['dead-letters/3/17', 'Dead letter 3/17', 'would fail'],
  ['limits', 'Limits and tokens', 'MAX_BODY_BYTES'],
  ['api', 'API', 'curl'],
  ['runbooks/worker-paused', 'SluiceWorkerPaused', 'What to do'],
] as const;

describe.each(PAGES)('The page #/%s', (path, title, text) => {
  it.each([
    ['light', 1280],
    ['dark', 390],
  ] as const)('The page is accessible, in %s at %i px', async (colorScheme, width) => {
    const page = await open(path, { colorScheme, viewport: { width, height: 844 } });
    await shows(page, 'main', title);
    await shows(page, 'main', text);
    expect(await findingsIn(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
  });
});

describe('The keyboard', () => {
  it('The keyboard skips the menu to the page, and opens a row', async () => {
    const page = await open('records', {});
    await shows(page, 'main', 'dev-2');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await page
      .getByRole('button', { name: /All of record/ })
      .first()
      .focus();
    await page.keyboard.press('Enter');
    await shows(page, 'pre', 'temp');
  });

  it('The keyboard puts the focus on the title of a page that is opened', async () => {
    const page = await open('', {});
    await shows(page, 'main', 'Newest records');
    await page.getByRole('link', { name: 'Live', exact: true }).focus();
    await page.keyboard.press('Enter');
    await shows(page, 'h1', 'Live');
    const hasFocus = async () => (await page.evaluate('document.activeElement.tagName')) === 'H1' || undefined;
    await until('the title has the focus', hasFocus);
  });
});

it('A page has one title, one main part, and names for its parts', async () => {
  const page = await open('', {});
  await shows(page, 'main', 'Newest records');
  for (const landmark of ['banner', 'main', 'navigation'] as const)
    expect(await page.getByRole(landmark).count()).toBe(1);
  expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
  for (const name of ['Flow', 'Parts', 'Buffer by partition', 'Newest records', 'Send a test record'])
    expect(await page.getByRole('region', { name }).count()).toBe(1);
});
