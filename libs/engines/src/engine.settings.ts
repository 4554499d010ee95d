import { ConfigError, type Setting, text } from '@sluice/settings';

/** Read by every program that may keep an engine in files. */
export const DATA_DIR = text(
  'DATA_DIR',
  './data',
  /./,
  'a directory',
  'Directory of the files of the embedded event log and record store, unless the two URLs name others.',
);

/** The URL of an engine, whose fallback is a file in {@link DATA_DIR}: the table needs `dataDir`, too. */
export function engineUrl(setting: Setting<string>): Setting<string> {
  return { ...setting, derive: ({ dataDir }) => `file:${String(dataDir)}` };
}

/**
 * Engines that several processes share cannot be files of one process.
 *
 * @throws ConfigError
 */
export function requireNoFile(key: string, url: string, instead: string, app: string): void {
  if (!url.startsWith('file:')) return;
  const needed = `the ${app} in a process of its own needs ${instead}, because a file belongs to one process`;
  throw new ConfigError(`${key} is ${JSON.stringify(url)}; ${needed}. For everything in one process: npm start.`);
}
