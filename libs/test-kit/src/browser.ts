import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/**
 * A headless Chromium, which the caller closes.
 *
 * @throws when there is none, with what to install
 */
export async function openBrowser(): Promise<Browser> {
  const executablePath = [process.env['CHROMIUM_PATH'] ?? '', ...PLACES].find(existsSync);
  if (executablePath === undefined) {
    throw new Error('There is no Chromium to test pages in: apt-get install chromium, or name one in CHROMIUM_PATH.');
  }
  // Loaded here, because most suites that import this package open no page.
  const { chromium } = await import('playwright-core');
  // As root, as in a container of a build, its sandbox does not start. It opens our own pages only.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}
