import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { openBrowser, profile, startSystem, type System, until } from '@sluice/test-kit';

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

const shows = (id: string, text: RegExp) =>
  until(`#${id} shows ${text}`, async () => {
    const shown = (await page.locator(`#${id}`).textContent()) ?? '';
    return text.test(shown) ? shown : undefined;
  });

it(`the page at / takes a record and shows what becomes of it (${profile()})`, async () => {
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
  await page.goto(system.baseUrl);
  await shows('connection', /^Live\./);
  await page.getByLabel('Device').fill('page-1');
  await page.getByLabel('Payload').fill('{"sent_from": "the page"}');
  await page.getByRole('button', { name: 'Send' }).click();
  await shows('sent', /^Accepted as .*, and stored\.$/);
  await shows('recent', /storedpage-1\{"sent_from":"the page"\}/);
  for (const part of ['gateway', 'event_log', 'buffer_worker', 'record_store']) await shows(`part-${part}`, /answers$/);
  await page.getByLabel('Payload').fill('{"broken": ');
  await page.getByRole('button', { name: 'Send' }).click();
  await shows('sent', /^400 The body is not JSON/);
  await shows('rejected', /^None\.|\d/);
  // The browser reports the refusal, too.
  expect(complaints.filter((text) => !text.includes('400'))).toEqual([]);
});
