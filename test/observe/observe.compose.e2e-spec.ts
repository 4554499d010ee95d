import { expect, it } from '@jest/globals';
import { output } from '@sluice/test-kit';

it('Docker Compose reads the profile observe, and starts it only on request', async () => {
  const withIt = await output('docker', 'compose', '--profile', 'observe', 'config', '--services');
  const without = await output('docker', 'compose', 'config', '--services');
  const added = withIt.split('\n').filter((service) => !without.split('\n').includes(service));
  expect(added.sort()).toEqual(['grafana', 'machine', 'prometheus']);
});
