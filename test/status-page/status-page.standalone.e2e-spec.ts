import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openBrowser, until } from '@sluice/test-kit';
import { IDLE, ServedPage } from './served-page.js';

const PALE_TEXTS = readFileSync(new URL('./pale-texts.js', import.meta.url), 'utf8');
const HOSTILE = '<img src=x onerror="document.title=1"><b>bold</b>';

let browser: Browser;
let served: ServedPage;
/** What the browser complains about: errors, and what the policy has kept out. */
let complaints: string[];

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

beforeEach(async () => {
  served = new ServedPage();
  complaints = [];
  await served.start();
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  served.stop();
});

/** Opens the page and waits for its first figures. */
async function open(options: BrowserContextOptions = {}): Promise<Page> {
  const page = await browser.newPage(options);
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()));
  await page.goto(served.url);
  return page;
}

const colorOf = (page: Page, selector: string): Promise<string> =>
  page.evaluate(`getComputedStyle(document.querySelector('${selector}')).color`);

/** One record in each state that a sample knows. */
const inEachState = () =>
  ['waiting', 'stored', 'dead_lettered', 'settled'].map((state) => ({
    received_at: IDLE['at'],
    device_id: 'd',
    record_id: 'r',
    preview: '{}',
    state,
  }));

const textOf = async (page: Page, id: string) => (await page.locator(`#${id}`).textContent()) ?? '';

const shows = (page: Page, id: string, text: string) =>
  until(`#${id} shows ${text}`, async () => (await textOf(page, id)).includes(text) || undefined, { everyMs: 20 });

describe('the status page', () => {
  it('says what is the matter, and that it is over', async () => {
    const page = await open();
    await shows(page, 'headline', 'Records are stored as they come.');
    const reason = 'store_unreachable';
    served.show({
      buffer: { ...(IDLE['buffer'] as object), waiting: 1234, oldest_age_seconds: 42.7, state: 'paused', reason },
      parts: { ...(IDLE['parts'] as object), buffer_worker: { state: 'paused', reason } },
    });
    await shows(page, 'headline', 'Records wait: the record store does not answer.');
    expect(await Promise.all(['waiting', 'oldest'].map((id) => textOf(page, id)))).toEqual(['1,234', '42.7 s']);
    expect(await textOf(page, 'part-buffer_worker')).toContain('the record store does not answer');
    served.show({});
    await shows(page, 'headline', 'Records are stored as they come.');
    expect(complaints).toEqual([]);
  });

  it('never shows dead-lettered records as a success', async () => {
    const page = await open();
    served.show({
      recent: inEachState(),
      dead_letters: { total: 300, counted: 300, reasons: { 'key-conflict': 300 } },
    });
    await shows(page, 'headline', '300 records were dead-lettered. The others are stored as they come.');
    expect(await page.locator('#recent li > span').allTextContents()).toEqual([
      ...['waiting', 'stored', 'dead-lettered', 'settled'],
    ]);
    const amber = await colorOf(page, '#recent [data-state="waiting"]');
    const green = await colorOf(page, '#recent [data-state="stored"]');
    for (const amberOne of ['#headline', '#dead b', '#recent [data-state="dead_lettered"]', '#dead-total'])
      expect({ amberOne, color: await colorOf(page, amberOne) }).toEqual({ amberOne, color: amber });
    expect(await colorOf(page, '#recent [data-state="settled"]')).not.toBe(green);
    served.show({ dead_letters: { total: 1, counted: 1, reasons: { 'key-conflict': 1 } } });
    await shows(page, 'headline', '1 record was dead-lettered.');
  });

  it('leads from the dead letters to what to do about them, and shows both when something else is the matter', async () => {
    const page = await open();
    expect(await page.locator('#dead-alert').isHidden()).toBe(true);
    const store = { state: 'down', reason: null };
    served.show({
      dead_letters: { total: 2, counted: 2, reasons: { undecodable: 2 } },
      parts: { ...(IDLE['parts'] as object), record_store: store },
    });
    await shows(page, 'headline', 'The record store does not answer.');
    expect(await colorOf(page, '#headline')).toBe(await colorOf(page, '#part-record_store span'));
    await shows(page, 'dead-total', '2 records were dead-lettered.');
    await page.getByRole('link', { name: 'What to do about dead letters' }).click();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('What to do about dead letters');
    expect(complaints).toEqual([]);
  });

  it('has a screen reader say each change of state, and not each number', async () => {
    const page = await open();
    await shows(page, 'announcement', 'Records are stored as they come.');
    const dead = (total: number) => served.show({ dead_letters: { total, counted: total, reasons: {} } });
    dead(1);
    await shows(page, 'announcement', '1 record was dead-lettered');
    dead(2);
    await shows(page, 'headline', '2 records were dead-lettered');
    expect(await textOf(page, 'announcement')).toContain('1 record was dead-lettered');
  });

  it('shows records, partitions, dead letters and rejected records', async () => {
    served.metrics = 'sluice_ingest_records_total{verdict="rejected",reason="timestamp"} 7\n';
    const page = await open();
    served.show({
      recent: [
        {
          received_at: '2025-09-09T17:00:00Z',
          device_id: 'dev-2',
          record_id: 'a/b',
          preview: '{"n":1}',
          state: 'waiting',
        },
      ],
      dead_letters: { total: 12, counted: 3, reasons: { 'key-conflict': 3 } },
    });
    await shows(page, 'recent', '{"n":1}');
    await shows(page, 'rejected', 'timestamp7');
    expect(await page.locator('#recent a').getAttribute('href')).toBe('/records/dev-2/a%2Fb');
    expect(await textOf(page, 'dead')).toBe('key-conflict3');
    expect(await textOf(page, 'dead-note')).toBe('The newest 3 of 12 in the dead-letter topic.');
    expect(await page.locator('#partitions meter').getAttribute('aria-label')).toBe('waiting in partition 0');
  });

  it('shows what devices send as text, whatever it is', async () => {
    const page = await open();
    served.show({
      recent: [{ received_at: IDLE['at'], device_id: HOSTILE, record_id: HOSTILE, preview: HOSTILE, state: HOSTILE }],
      dead_letters: { total: 1, counted: 1, reasons: { [HOSTILE]: 1 } },
    });
    await shows(page, 'recent', HOSTILE);
    expect(await page.locator('#recent img, #recent b, #dead img').count()).toBe(0);
    expect(await page.title()).toBe('Sluice');
  });

  it('runs nothing that is not a file of its address', async () => {
    const page = await open();
    await page.evaluate(
      `document.body.append(Object.assign(document.createElement('script'), { text: 'document.title = 1' }))`,
    );
    expect(await page.title()).toBe('Sluice');
    expect(complaints.join()).toContain('Content Security Policy');
  });

  it('asks for a token where one is needed, and keeps it for its tab', async () => {
    served.token = 'sluice_reader';
    const page = await open();
    await page.getByLabel('Token of a reader').fill('sluice_reader');
    await page.getByRole('button', { name: 'Use it in this tab' }).click();
    await shows(page, 'headline', 'Records are stored as they come.');
    await page.reload();
    await shows(page, 'headline', 'Records are stored as they come.');
    expect(await page.locator('#access').isHidden()).toBe(true);
    expect(page.url()).not.toContain('sluice_reader');
  });

  it('says that it is no longer live when the line is cut, and continues by itself', async () => {
    const page = await open();
    await shows(page, 'connection', 'Live.');
    served.cut();
    await shows(page, 'connection', 'onnecting again');
    await shows(page, 'connection', 'Live.');
  });

  it('is for a keyboard: the form can be reached, filled and sent', async () => {
    const page = await open();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.id')).toBe('device');
    const asked = page.waitForRequest(/\/ingest$/);
    await page.keyboard.press('Enter');
    expect(JSON.parse((await asked).postData()!)).toMatchObject({
      device_id: 'dev-2',
      data_payload: { gene_count: 12 },
    });
  });

  it('has a name for everything that a screen reader meets', async () => {
    const page = await open();
    for (const landmark of ['banner', 'main', 'contentinfo', 'navigation'] as const)
      expect(await page.getByRole(landmark).count()).toBe(1);
    expect(await page.getByRole('heading', { level: 1 }).count()).toBe(1);
    for (const region of ['Parts', 'Flow', 'Send a test record', 'Last records', 'Buffer by partition'])
      expect(await page.getByRole('region', { name: region }).count()).toBe(1);
    for (const label of ['Device', 'Payload, a JSON object'])
      expect(await page.getByLabel(label, { exact: true }).count()).toBe(1);
  });

  it.each(['light', 'dark'] as const)('is readable in %s', async (colorScheme) => {
    const page = await open({ colorScheme });
    const part = (state: string) => ({ state, reason: null });
    served.show({
      recent: inEachState(),
      dead_letters: { total: 7, counted: 7, reasons: { 'key-conflict': 7 } },
      parts: { event_log: part('up'), buffer_worker: part('paused'), record_store: part('down') },
    });
    await shows(page, 'part-record_store', 'does not answer');
    expect(await page.evaluate(PALE_TEXTS)).toEqual([]);
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(
      colorScheme === 'dark' ? 'rgb(16, 22, 20)' : 'rgb(246, 247, 246)',
    );
  });

  it.each(['light', 'dark'] as const)(
    'has a readable page about dead letters in %s, on a phone too',
    async (colorScheme) => {
      const page = await open({ colorScheme, viewport: { width: 360, height: 740 } });
      await page.goto(`${served.url}/status/dead-letters.html`);
      expect(await page.evaluate(PALE_TEXTS)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    },
  );

  it('says about dead letters what the runbook says', async () => {
    const runbook = readFileSync(new URL('../../docs/operations/runbooks/dead-letters.md', import.meta.url), 'utf8');
    const page = await open();
    await page.goto(`${served.url}/status/dead-letters.html`);
    const text = (await page.locator('main').textContent()) ?? '';
    for (const [, reason] of runbook.matchAll(/^(?:\| |- )`([a-z-]+)`/gm)) expect(text).toContain(reason);
    expect(runbook).toContain(await page.locator('pre').textContent());
  });

  it('fits a phone, whatever it has to show', async () => {
    const page = await open({ viewport: { width: 360, height: 740 } });
    const long = 'x'.repeat(128);
    served.show({
      recent: [
        {
          received_at: IDLE['at'],
          device_id: long,
          record_id: long,
          preview: `{"text":"${long}"}`,
          state: 'dead_lettered',
        },
      ],
      dead_letters: { total: 1_000_000, counted: 1_000_000, reasons: { 'unknown-schema-version': 1_000_000 } },
    });
    await shows(page, 'recent', long);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
  });
});
