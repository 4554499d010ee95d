import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openBrowser, DevicePackage, FileServer, HttpClient, Standalone, storedIds, until } from '@sluice/test-kit';

let device: DevicePackage;
let pages: FileServer;
let strangers: FileServer;
let standalone: Standalone;
let client: HttpClient;

beforeAll(async () => {
  device = await DevicePackage.install();
  pages = await FileServer.start(device.folder);
  strangers = await FileServer.start(device.folder);
  standalone = await Standalone.start({ CORS_ORIGINS: pages.origin });
  client = new HttpClient(standalone.baseUrl);
}, 120_000);

afterAll(async () => {
  await Promise.all([pages?.stop(), strangers?.stop(), standalone?.dispose(), device?.remove()]);
});

const stored = (deviceId: string, count: number) =>
  until(`${count} records of ${deviceId} are stored`, async () => {
    const ids = await storedIds(client, deviceId);
    return ids.length >= count ? ids : undefined;
  });

describe('@sluice/device, packed and installed in another project', () => {
  it('The installed device package brings its types, its examples and its licence, and no sources', async () => {
    for (const file of ['dist/index.d.ts', 'dist/node/index.d.ts', 'examples/browser.html', 'LICENSE'])
      expect((await readFile(join(device.folder, file), 'utf8')).length).toBeGreaterThan(0);
    await expect(readFile(join(device.folder, 'src/index.ts'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('The installed device package reports to a gateway by the five lines of its README', async () => {
    const readme = await readFile(join(device.folder, 'README.md'), 'utf8');
    const [, start] = /```js\n(.*?)```/s.exec(readme)!;
    expect(start!.trim().split('\n')).toHaveLength(5);
    await device.run(start!.replace('http://127.0.0.1:8000', standalone.baseUrl));
    await stored('dev-2', 1);
    const { body } = await client.get('/records?device_id=dev-2');
    expect(body.records[0].data_payload).toEqual({ gene_count: 12, sample_quality: 0.98 });
  });

  it('The installed device package keeps its endpoint if the directory of the gateway has no list', async () => {
    const printed = await device.run(`
      import { Device } from '@sluice/device';
      const options = { deviceId: 'dir-1', endpoints: '${standalone.baseUrl}', directory: true };
      const device = new Device({ ...options, log: ({ level, message }) => level !== 'info' && console.log(message) });
      device.report({ n: 1 });
      console.log(await device.close());`);
    expect(printed).toBe('{ undelivered: 0 }\n');
    await stored('dir-1', 1);
  });
});

describe('A browser as a device', () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await openBrowser();
    page = await browser.newPage();
  });
  afterAll(() => browser?.close());

  const open = (origin: string, deviceId: string) =>
    page.goto(`${origin}/examples/browser.html?gateway=${standalone.baseUrl}&device=${deviceId}`);
  const state = () => page.locator('#state');

  it('The installed device package reports each move of the slider to a gateway that allows its origin', async () => {
    await open(pages.origin, 'tab-1');
    for (const level of ['10', '42']) await page.locator('#level').fill(level);
    await state().filter({ hasText: 'accepted 2, waiting 0' }).waitFor();
    await stored('tab-1', 2);
    const { body } = await client.get('/records?device_id=tab-1');
    expect(body.records.map((record: { data_payload: object }) => record.data_payload)).toEqual(
      expect.arrayContaining([{ level: 10 }, { level: 42 }]),
    );
  });

  it('The installed device package in a browser gets its list, sends compressed requests, and reads Retry-After', async () => {
    await open(pages.origin, 'tab-2');
    const program = `(async () => {
      const { Device } = await import('/dist/index.js');
      const asked = [];
      const fetch = async (url, init) => {
        const answer = await globalThis.fetch(url, init);
        asked.push([init.method, answer.status, answer.headers.has('etag') || answer.headers.has('date')]);
        return answer;
      };
      const device = new Device({ deviceId: 'tab-2', endpoints: '${standalone.baseUrl}', directory: true, fetch });
      device.report({ text: 'x'.repeat(5000) });
      return { ...(await device.close()), asked };
    })()`;
    expect(await page.evaluate(program)).toEqual({
      undelivered: 0,
      asked: [
        ['GET', 200, true],
        ['POST', 202, true],
      ],
    });
    await stored('tab-2', 1);
  });

  it('The installed device package reports nothing from an origin that the gateway does not allow, and reports that it cannot', async () => {
    await open(strangers.origin, 'tab-3');
    await page.locator('#level').fill('42');
    await state().filter({ hasText: 'cannot be reached' }).waitFor();
    expect(await storedIds(client, 'tab-3')).toEqual([]);
  });
});
