import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, profile, startSystem, type System } from '@sluice/test-kit';
import { complaintsOf, findingsIn, shows } from './console-pages.js';

let system: System;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  [browser, system] = await Promise.all([openBrowser(), startSystem()]);
  page = await browser.newPage();
});

afterAll(async () => {
  await browser?.close();
  await system?.dispose();
});

it(`The console sends a record and shows its states (${profile()})`, async () => {
  const complaints = complaintsOf(page);
  await page.goto(system.baseUrl);
  await shows(page, '#connection', 'Live');
  await page.getByLabel('Device').fill('page-1');
  await page.getByLabel('Payload, a JSON object').fill('{"sent_from": "the page"}');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await shows(page, '#sent', 'and stored.');
  await shows(page, '#recent', 'page-1');
  for (const part of ['gateway', 'event_log', 'buffer_worker', 'record_store'])
    await shows(page, `#part-${part}`, 'answers');
  await shows(page, '#part-buffer_worker', 'reads');
  await shows(page, '.charts', 'Received');
  await page.getByLabel('Payload, a JSON object').fill('{"broken": ');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await shows(page, '#sent', 'Not accepted: The body is not JSON');
  await page.getByLabel('Payload, a JSON object').fill('[1]');
  await page.getByRole('button', { name: 'Send', exact: true }).click();
  await shows(page, '#sent', 'data_payload');
  // The browser reports the refusal, too.
  expect(complaints.filter((text) => !/400|422/.test(text))).toEqual([]);
});

it(`Every page of the console shows its data without an error (${profile()})`, async () => {
  const complaints = complaintsOf(page);
  const open = (name: string) => page.getByRole('link', { name, exact: true }).click();
  await open('Records');
  // Other suites fill the first page of a stack that all of them share.
  await page.getByLabel('Device', { exact: true }).fill('page-1');
  await page.getByLabel('Device', { exact: true }).press('Enter');
  await shows(page, 'main', 'page-1');
  await page
    .getByRole('button', { name: /All of record/ })
    .first()
    .click();
  await shows(page, 'pre', 'sent_from');
  await open('Live');
  await shows(page, '#tail-state', 'Live');
  await open('Dead letters');
  await shows(page, 'main', 'Redrives');
  await open('Limits and tokens');
  await shows(page, 'main', 'MAX_RECORDS_PER_REQUEST');
  await shows(page, '#rejected', 'type');
  await open('API');
  await shows(page, 'main', system.baseUrl);
  await open('Overview');
  await shows(page, '.charts', 'Received');
  expect(await findingsIn(page)).toEqual([]);
  expect(complaints).toEqual([]);
});
