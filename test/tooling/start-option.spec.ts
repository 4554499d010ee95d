import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

it('The image starts the services with the option of npm start', () => {
  const { config } = JSON.parse(readFileSync('package.json', 'utf8')) as { config: { startOption: string } };
  expect(readFileSync('Dockerfile', 'utf8')).toContain(`\nENV NODE_OPTIONS="${config.startOption} `);
});
