import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ALL_SETTINGS, PROGRAMS } from './all-settings.js';
import { configurationPage } from './configuration-page.js';

const committed = readFileSync(new URL('../../docs/reference/configuration.md', import.meta.url), 'utf8');

describe('docs/reference/configuration.md', () => {
  it('docs/reference/configuration.md is what npm run configuration writes', () => {
    expect(committed).toBe(configurationPage());
  });

  it('docs/reference/configuration.md has one row for every setting', () => {
    const keys = [...committed.matchAll(/^\| `([A-Z_0-9]+)` \|/gm)].map(([, key]) => key);
    expect(keys).toEqual(ALL_SETTINGS.map(({ key }) => key));
  });
});

describe('The settings of all programs', () => {
  it('The settings of all programs are declared once: no two have the same environment variable', () => {
    const keys = ALL_SETTINGS.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('The settings of all programs have the same option name in every table', () => {
    const names = Object.values(PROGRAMS).flatMap((table) =>
      Object.entries(table).map(([name, { key }]) => `${name} is ${key}`),
    );
    expect(new Set(names).size).toBe(ALL_SETTINGS.length);
  });

  it.each(ALL_SETTINGS)('The settings of all programs have a fallback that is allowed: $key', ({ fallback, parse }) => {
    if (fallback !== '') expect(parse(String(fallback))).toBe(fallback);
  });

  it('The settings of all programs are read by the programs that use them only', () => {
    const keysOf = (name: string) => Object.values(PROGRAMS[name]!).map(({ key }) => key);
    expect(keysOf('query')).not.toContain('OTEL_EXPORTER_OTLP_HEADERS');
    expect(keysOf('sluice init')).not.toContain('TLS_KEY_FILE');
    expect(keysOf('sluice tokens')).toEqual(['DATA_DIR', 'RECORD_STORE_URL', 'RECORDS_COLLECTION', 'STORE_TIMEOUT_MS']);
    expect(keysOf('npm start')).not.toContain('QUERY_URL');
  });
});
