import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openBrowser, until } from '@sluice/test-kit';
import { findingsIn, shows } from './console-pages.js';
import { fullConsole } from './full-console.js';
import type { ServedConsole } from './served-console.js';

const PLAN = {
  plan_hash: 'a'.repeat(64),
  counts: { read: 1, matched: 1, would_pass: 1, would_fail: 0, skipped: 0 },
  failures: [],
  partial: false,
};

let browser: Browser;
let served: ServedConsole;

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());
beforeEach(async () => {
  served = fullConsole();
  served.answers.set('/redrives', { redrives: [], ...PLAN, id: '01992f6b', state: 'running' });
  await served.start();
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  served.stop();
});

async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await browser.newPage(options);
  await page.goto(`${served.url}#/${path}`);
  await shows(page, '.edits', 'Add an edit');
  return page;
}

async function addEdit(page: Page, number: number, path: string, value?: string): Promise<void> {
  await page.getByRole('button', { name: 'Add an edit' }).click();
  const row = page.locator('.edits li').nth(number - 1);
  if (value === undefined) await row.getByLabel('Operation').selectOption('remove');
  await row.getByLabel('Path').fill(path);
  if (value !== undefined) await row.getByLabel('Value').fill(value);
}

const posted = () => served.asked.filter(({ method }) => method === 'POST').map(({ body }) => body);

it('A redrive is planned with its edits, exactly as they are written', async () => {
  const page = await open('dead-letters?reason=key-conflict');
  await addEdit(page, 1, '/record_id', '"run-17b"');
  await addEdit(page, 2, '/data_payload/n', '9007199254740993');
  await addEdit(page, 3, '/data_payload/old');
  await page.getByRole('button', { name: 'Plan a redrive of these' }).click();
  await shows(page, 'main', '1 would pass');
  expect(posted()).toEqual([
    '{"filter":{"reasons":["key-conflict"]},"edit":[{"op":"replace","path":"/record_id","value":"run-17b"},' +
      '{"op":"replace","path":"/data_payload/n","value":9007199254740993},{"op":"remove","path":"/data_payload/old"}],' +
      '"dry_run":true}',
  ]);
  await page.getByRole('button', { name: 'Run exactly this plan' }).click();
  await shows(page, 'main', 'is running');
  expect(posted()[1]).toBe(JSON.stringify({ plan_hash: PLAN.plan_hash }));
});

it('A plan is removed when its edits change', async () => {
  const page = await open('dead-letters/3/17');
  await addEdit(page, 1, '/record_id', '"b"');
  await page.getByRole('button', { name: 'Plan a redrive of these' }).click();
  await shows(page, 'main', '1 would pass');
  await page.getByRole('button', { name: 'Remove edit 1' }).click();
  await until('the plan is gone', async () => (await page.getByRole('button', { name: /Run exactly/ }).count()) === 0);
  await page.getByRole('button', { name: 'Plan a redrive of these' }).click();
  await shows(page, 'main', '1 would pass');
  expect(posted()[1]).toBe('{"filter":{"keys":["3/17"]},"dry_run":true}');
});

it('A value that is not JSON is refused with what to write, before anything is sent', async () => {
  const page = await open('dead-letters?reason=key-conflict');
  await addEdit(page, 1, '/record_id', 'run-17b');
  await page.getByRole('button', { name: 'Plan a redrive of these' }).click();
  await shows(page, '.failure', 'Edit 1: the value is not JSON. Write a text in double quotes');
  expect(posted()).toEqual([]);
});

it.each([
  ['light', 1280],
  ['dark', 390],
] as const)('The form of the edits is accessible, in %s at %i px', async (colorScheme, width) => {
  const page = await open('dead-letters/3/17', { colorScheme, viewport: { width, height: 844 } });
  await addEdit(page, 1, '/record_id', '"run-17b"');
  await addEdit(page, 2, '/data_payload/old');
  expect(await findingsIn(page)).toEqual([]);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
});
