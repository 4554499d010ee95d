import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { openBrowser } from '@sluice/test-kit';
import { complaintsOf, shows, textOf } from './console-pages.js';
import { IDLE, type Json, ServedConsole } from './served-console.js';

const HOSTILE = '<img src=x onerror="document.title=1"><b>bold</b>';

let browser: Browser;
let served: ServedConsole;
let complaints: string[];

beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

beforeEach(async () => {
  served = new ServedConsole();
  await served.start();
});
afterEach(async () => {
  await Promise.all(browser.contexts().map((context) => context.close()));
  served.stop();
});

/** Opens a page of the console. */
async function open(path = '', options: BrowserContextOptions = {}): Promise<Page> {
  const page = await browser.newPage(options);
  complaints = complaintsOf(page);
  await page.goto(`${served.url}#/${path}`);
  return page;
}

const buffer = (changes: object) => ({ buffer: { ...(IDLE['buffer'] as object), ...changes } });
const paused = (reason: string): Json => buffer({ state: 'paused', reason });
const LATE = buffer({ waiting: 9, oldest_age_seconds: 60, state: 'draining' });
const part = (name: string, state: string) => ({
  parts: { ...(IDLE['parts'] as object), [name]: { state, reason: null } },
});
const letters = (total: number, undecided: number | null) => ({ total, undecided, counted: total, reasons: {} });
const runbookLink = (page: Page) => page.locator('.headline a').getAttribute('href');
const toneOf = (page: Page) => page.locator('.headline').getAttribute('data-tone');

describe('The overview', () => {
  it.each<[Json, string, string, string]>([
    [{}, 'good', 'Records are stored as they come.', 'README'],
    [part('event_log', 'down'), 'bad', 'The event log does not answer.', 'engine-down'],
    [part('record_store', 'down'), 'bad', 'The record store does not answer.', 'engine-down'],
    [paused('store_unreachable'), 'bad', 'Records wait: the record store does not answer.', 'engine-down'],
    [paused('no_worker'), 'bad', 'Records wait: no buffer worker is running.', 'app-down'],
    [paused('poison_flood'), 'bad', 'Records wait: too many records cannot be stored.', 'worker-paused'],
    [LATE, 'warn', 'Records wait: the worker is catching up.', 'records-wait-too-long'],
    [{ dead_letters: letters(3, 3) }, 'warn', '3 dead letters need a decision.', 'dead-letters'],
    [{ dead_letters: letters(3, null) }, 'warn', '3 dead letters need a decision.', 'dead-letters'],
    [{ dead_letters: letters(3, 0) }, 'good', 'Records are stored as they come.', 'README'],
  ])('The overview reports the state, its severity and what to do: %j', async (state, tone, text, runbook) => {
    served.show(state);
    const page = await open();
    await shows(page, '#headline', text);
    expect([await toneOf(page), await runbookLink(page)]).toEqual([tone, `#/runbooks/${runbook}`]);
    expect(complaints).toEqual([]);
  });

  it('The overview links to the runbook, with the names of the topics here', async () => {
    served.show({
      names: { events: 'a.events', dead_letters: 'a.dead', store_group: 'a.store' },
      dead_letters: letters(1, 1),
    });
    const page = await open();
    await page.getByRole('link', { name: 'What to do' }).click();
    await shows(page, 'h1', 'SluiceDeadLetters');
    expect(await textOf(page, 'main')).toContain('a.dead');
    expect(await textOf(page, 'main')).not.toContain('ingest.dead-letters');
    expect(await page.title()).toBe('Runbook – Sluice');
  });

  it('The overview shows the hour that the service has kept, and again after a reload', async () => {
    const page = await open();
    await shows(page, '.charts', 'Received');
    expect(await page.locator('.chart canvas').count()).toBe(4);
    const label = page.getByRole('img', { name: /Records received and stored each second\. Received: now/ });
    expect(await label.count()).toBe(1);
    await page.reload();
    await shows(page, '.charts', 'Received');
    expect(await label.count()).toBe(1);
  });

  it('The overview shows the values under the cursor', async () => {
    const page = await open();
    await shows(page, '.charts', 'Received');
    await page.locator('.chart .u-over').first().hover();
    await shows(page, '.legend-time', ':');
  });

  it('The overview names the members of the group with their partitions, and the gateways', async () => {
    served.answers.set('/endpoints', { endpoints: [{ url: 'https://gateway-2:8443', draining: true }] });
    const page = await open();
    await shows(page, '#part-buffer_worker', '10.0.0.8 reads partition 1');
    await shows(page, '#part-gateway', 'https://gateway-2:8443 drains');
  });

  it('The overview lets a screen reader announce each change of state, and not each number', async () => {
    const page = await open();
    const dead = (total: number) => served.show({ dead_letters: letters(total, total) });
    dead(1);
    await shows(page, '#announcement', '1 dead letter needs a decision');
    dead(2);
    await shows(page, '#headline', '2 dead letters need a decision');
    expect(await textOf(page, '#announcement')).toContain('1 dead letter needs a decision');
  });

  it('The overview reports that it is no longer live when the connection is cut, and continues by itself', async () => {
    const page = await open();
    await shows(page, '#connection', 'Live');
    served.cut();
    await shows(page, '#connection', 'onnecting again');
    await shows(page, '#connection', 'Live');
  });
});

describe('Data of devices', () => {
  it('Data of devices is shown as text, whatever it is', async () => {
    const record = { device_id: HOSTILE, record_id: HOSTILE, timestamp: IDLE['at'], received_at: IDLE['at'] };
    served.show({ recent: [{ ...record, preview: HOSTILE, state: HOSTILE }] });
    served.answers.set('/records', {
      records: [{ ...record, stored_at: null, data_payload: { [HOSTILE]: HOSTILE } }],
      has_more: false,
      next_cursor: null,
    });
    served.append({ ...record, data_payload: { [HOSTILE]: HOSTILE } });
    const page = await open();
    await shows(page, '#recent', HOSTILE);
    await page.goto(`${served.url}#/records`);
    await page.getByRole('button', { name: /All of record/ }).click();
    await shows(page, 'pre', '<b>bold</b>');
    await page.goto(`${served.url}#/live`);
    await shows(page, '#tail', 'onerror');
    expect(await page.locator('main img, main b:has-text("bold")').count()).toBe(0);
    expect(await page.title()).toBe('Live – Sluice');
  });

  it('Data of devices keeps whole numbers that JavaScript cannot hold', async () => {
    const page = await open('records');
    const text = `{"records":[{"device_id":"d","record_id":"r","timestamp":"2025-09-09T17:00:00Z","received_at":"2025-09-09T17:00:00Z","stored_at":null,"data_payload":{"big":18446744073709551615}}],"has_more":false,"next_cursor":null}`;
    await page.route('**/records?**', (route) => route.fulfill({ body: text, contentType: 'application/json' }));
    await page.reload();
    await page.getByRole('button', { name: /All of record/ }).click();
    await shows(page, 'pre', '18446744073709551615');
  });
});

describe('The policy of the page', () => {
  it('The policy of the page allows only files of its address to run', async () => {
    const page = await open();
    await shows(page, '#headline', 'Records are stored as they come.');
    await page.evaluate(
      `document.body.append(Object.assign(document.createElement('script'), { text: 'document.title = 1' }))`,
    );
    expect(await page.title()).toBe('Overview – Sluice');
    expect(complaints.join()).toContain('Content Security Policy');
  });
});

describe('A token', () => {
  it('A missing token is requested in plain words, and kept for the tab', async () => {
    served.token = 'sluice_reader';
    const page = await open();
    await shows(page, '.access', 'Ask the operator for the token of a reader.');
    await shows(page, '#headline', 'Waiting for a token.');
    await page.getByLabel('Token').fill('sluice_reader');
    await page.getByRole('button', { name: 'Use it in this tab' }).click();
    await shows(page, '#headline', 'Records are stored as they come.');
    await page.reload();
    await shows(page, '#headline', 'Records are stored as they come.');
    expect(await page.locator('.access').count()).toBe(0);
    expect(page.url()).not.toContain('sluice_reader');
    await page.getByRole('button', { name: 'Forget the token' }).click();
    await page.reload();
    await shows(page, '.access', 'Ask the operator');
  });

  it('A token with more rights is requested if one is needed', async () => {
    served.answers.set('/dead-letters', 403);
    const page = await open('dead-letters');
    await shows(page, 'main', 'Ask for a token with the scope operate.');
  });
});

describe('The console behind the prefix of a proxy', () => {
  it('The console works behind the prefix of a proxy', async () => {
    served.stop();
    served = new ServedConsole('/sluice');
    await served.start();
    const page = await open();
    await shows(page, '#headline', 'Records are stored as they come.');
    await shows(page, '.charts', 'Received');
    await page.getByRole('link', { name: 'Runbooks' }).click();
    await shows(page, 'h1', 'Runbooks');
    await page.getByRole('link', { name: 'API', exact: true }).click();
    await shows(page, 'main', `${served.url}records?device_id=dev-2`);
    expect(complaints.filter((text) => !text.includes('404'))).toEqual([]);
  });
});
