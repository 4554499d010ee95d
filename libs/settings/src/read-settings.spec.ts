import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSettings } from './read-settings.js';
import { ConfigError, defaultsOf } from './setting.js';
import { oneOf, text, wholeNumber } from './values.js';

const TABLE = {
  folder: text('FOLDER', './data', /./, 'a directory', 'Where files are kept.'),
  url: {
    ...text('URL', '', /^db:\/\/\S+$/, 'db://host', 'The database.'),
    faultOf: (url: string) => (url.includes('?') ? 'holds options; write db://host.' : undefined),
    derive: ({ folder }: Readonly<Record<string, unknown>>) => `file:${String(folder)}`,
  },
  key: { ...text('KEY', '', /^\w+$/, 'letters', 'A key.'), isSecret: true },
  size: wholeNumber('SIZE', 3, { min: 1, max: 9 }, 'A size.'),
  mode: oneOf('MODE', 'slow', ['slow', 'fast'], 'A mode.'),
} as const;

describe('readSettings', () => {
  it('readSettings gives every option the type and the fallback of its setting', () => {
    const config = readSettings(TABLE, {});
    const typed: { folder: string; url: string; size: number; mode: 'slow' | 'fast' } = config;
    expect(typed).toMatchObject({ ...defaultsOf(TABLE), url: 'file:./data' });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('readSettings derives a value from another setting only if it is not set', () => {
    expect(readSettings(TABLE, { FOLDER: '/var' }).url).toBe('file:/var');
    expect(readSettings(TABLE, { FOLDER: '/var', URL: 'db://host' }).url).toBe('db://host');
  });

  it('readSettings knows which variables are set: an empty one is not', () => {
    expect(readSettings(TABLE, { SIZE: '3', MODE: '', OTHER: '1' }).givenKeys).toEqual(new Set(['SIZE']));
  });

  it('readSettings names every invalid variable, its value and the allowed values', () => {
    const read = () => readSettings(TABLE, { SIZE: '10', MODE: 'loud', URL: 'db://host?x' });
    const lines = ['URL holds options; write db://host.', 'SIZE is "10"; allowed: a whole number from 1 to 9.'];
    expect(read).toThrow(new ConfigError([...lines, 'MODE is "loud"; allowed: slow or fast.'].join('\n')));
  });

  it('readSettings never shows a secret or a password', () => {
    const read = () => readSettings(TABLE, { KEY: 's3cret!', URL: 'dp://me:s3cret@host' });
    expect(read).toThrow(/KEY is not what it should be|URL is "dp:\/\/host"/);
    expect(read).not.toThrow(/s3cret/);
  });

  it('readSettings checks the rules once all values are known', () => {
    const rule = ({ size, mode }: { size: number; mode: string }) => {
      if (mode === 'fast' && size > 5) throw new ConfigError('SIZE is too large for MODE=fast.');
    };
    expect(() => readSettings(TABLE, { SIZE: '6', MODE: 'fast' }, [rule])).toThrow('SIZE is too large');
    expect(readSettings(TABLE, { SIZE: '6' }, [rule]).size).toBe(6);
  });

  it('readSettings lets a setting refuse values that contradict other settings', () => {
    const table = { ...TABLE, size: { ...TABLE.size, conflictIn: () => 'is too large for this MODE.' } };
    expect(() => readSettings(table, {})).toThrow(new ConfigError('SIZE is too large for this MODE.'));
  });
});

describe('A secret from a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'settings-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const fileOf = (content: string): string => {
    const path = join(folder, 'secret');
    writeFileSync(path, content);
    return path;
  };

  it.each([
    ['s3cret', 's3cret'],
    ['s3cret\n', 's3cret'],
    ['s3cret\r\n', 's3cret'],
  ])('A secret from a file %j is read without one line break at its end', (content, value) => {
    const config = readSettings(TABLE, { KEY_FILE: fileOf(content) });
    expect(config.key).toBe(value);
    expect(config.givenKeys).toEqual(new Set(['KEY']));
  });

  it.each([
    [
      'keeps a second line break, which is then refused without being shown',
      's3cret\n\n',
      /^KEY is not what it should be/,
    ],
    ['must not be empty', '\n', /^KEY_FILE names a file that is empty: /],
  ])('A secret from a file %s', (_, content, message) => {
    const read = () => readSettings(TABLE, { KEY_FILE: fileOf(content) });
    expect(read).toThrow(message);
    expect(read).not.toThrow(/s3cret/);
  });

  it('A secret from a file must exist', () => {
    const missing = join(folder, 'missing');
    expect(() => readSettings(TABLE, { KEY_FILE: missing })).toThrow(
      `KEY_FILE names a file that cannot be read (ENOENT): ${missing}.`,
    );
  });

  it('A secret from a file is refused together with the variable itself, and neither is shown', () => {
    const read = () => readSettings(TABLE, { KEY: 'abc', KEY_FILE: fileOf('def') });
    expect(read).toThrow(new ConfigError('KEY and KEY_FILE are both set; keep one of them.'));
  });

  it('A secret from a file is for secrets only, and for what may hold one', () => {
    expect(readSettings(TABLE, { FOLDER_FILE: fileOf('x') }).folder).toBe('./data');
    const table = { ...TABLE, url: { ...TABLE.url, mayHoldSecret: true } };
    expect(readSettings(table, { URL_FILE: fileOf('db://me:s3cret@host\n') }).url).toBe('db://me:s3cret@host');
  });
});
