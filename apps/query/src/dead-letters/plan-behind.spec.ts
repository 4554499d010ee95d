import { expect, it } from '@jest/globals';
import { QueryUnderTest } from '../testing/query-under-test.js';

const NO_LAG = { maxLagRecords: 1, maxLagSeconds: 0, backgroundMaxLagRecords: 0, backgroundMaxLagSeconds: 0 };

it('A plan of a redrive waits for the worker, and a list of dead letters does not', async () => {
  const query = await QueryUnderTest.start(3, { lag: NO_LAG });
  try {
    for (let index = 0; index < 5; index++) query.log.events.append({ key: Buffer.from('dev-2') });
    const response = await fetch(`${query.url}/redrives`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ filter: { device_id: 'dev-2' }, dry_run: true }),
    });
    const { code } = (await response.json()) as { code: string };
    const refused = { status: response.status, code, retryAfter: response.headers.get('retry-after') };
    expect(refused).toEqual({ status: 503, code: 'buffer-behind', retryAfter: '10' });
    expect((await query.get('/dead-letters')).status).toBe(200);
  } finally {
    await query.stop();
  }
});
