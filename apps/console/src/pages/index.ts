import type { ComponentType } from 'preact';
import type { PageProps, Place } from '../base/router.js';
import { ApiPage } from './api.jsx';
import { DeadLettersPage } from './dead-letters.jsx';
import { DevicePage } from './device.jsx';
import { DevicesPage } from './devices.jsx';
import { LetterPage } from './letter.jsx';
import { LimitsPage } from './limits.jsx';
import { LivePage } from './live.jsx';
import { OverviewPage } from './overview.jsx';
import { RecordsPage } from './records.jsx';
import { RunbookPage } from './runbook.jsx';

interface PageEntry {
  /** The first part of its path. */
  name: string;
  title: string;
  Page: ComponentType<PageProps>;
}

/** The pages of the menu, in its order. */
export const PAGES: readonly PageEntry[] = [
  { name: 'overview', title: 'Overview', Page: OverviewPage },
  { name: 'devices', title: 'Devices', Page: DevicesPage },
  { name: 'records', title: 'Records', Page: RecordsPage },
  { name: 'live', title: 'Live', Page: LivePage },
  { name: 'dead-letters', title: 'Dead letters', Page: DeadLettersPage },
  { name: 'limits', title: 'Limits and tokens', Page: LimitsPage },
  { name: 'api', title: 'API', Page: ApiPage },
];

export function pageOf({ path: [name = 'overview', ...more] }: Place): PageEntry {
  if (name === 'dead-letters' && more.length === 2)
    return { name, title: `Dead letter ${more.join('/')}`, Page: LetterPage };
  if (name === 'devices' && more.length > 0) return { name, title: more.join('/'), Page: DevicePage };
  if (name === 'runbooks') return { name, title: 'Runbook', Page: RunbookPage };
  return PAGES.find((page) => page.name === name) ?? PAGES[0]!;
}
