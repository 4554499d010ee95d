import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

it('The image starts the services with the option and the environment of npm start', () => {
  const { config } = JSON.parse(readFileSync('package.json', 'utf8')) as { config: Record<string, string> };
  const dockerfile = readFileSync('Dockerfile', 'utf8');
  expect(dockerfile).toContain(`\nENV NODE_OPTIONS="${config['startOption']} `);
  expect(dockerfile).toContain(`\nENV MALLOC_ARENA_MAX=${config['mallocArenas']}\n`);
});
