import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { ALL_SETTINGS } from '../configuration/all-settings.js';

const read = (path: string): Promise<string> => readFile(new URL(`../../${path}`, import.meta.url), 'utf8');

/** `KEY` and value of each line `#KEY=value`. */
const examples = new Map(
  [...(await read('.env.example')).matchAll(/^#([A-Z_0-9]+)=(.*)$/gm)].map(([, key = '', value = '']) => [key, value]),
);

/** Given by docker-compose.yml to the one service that needs it. */
const NOT_FOR_PEOPLE = ['QUERY_URL'];

describe('.env.example', () => {
  const settings = ALL_SETTINGS.filter(({ key }) => !NOT_FOR_PEOPLE.includes(key));

  it.each(settings)('.env.example shows $key with its default', ({ key, fallback }) => {
    expect(examples.get(key)).toBe(String(fallback));
  });

  it('.env.example shows every variable that docker-compose.yml reads, with its default', async () => {
    const knobs = [...(await read('docker-compose.yml')).matchAll(/\$\{([A-Z_0-9]+):-([^}]*)\}/g)];
    expect(knobs.length).toBeGreaterThan(0);
    const inCompose = knobs.map(([, key = '', value = '']) => [key, value]);
    expect(Object.fromEntries(inCompose)).toEqual(
      Object.fromEntries(inCompose.map(([key = '']) => [key, examples.get(key)])),
    );
  });

  it('.env.example shows nothing else', async () => {
    const compose = await read('docker-compose.yml');
    const known = [...examples.keys()].filter(
      (key) => compose.includes(`\${${key}:-`) || settings.some((setting) => setting.key === key),
    );
    expect([...examples.keys()]).toEqual(known);
  });
});
