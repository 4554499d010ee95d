import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { QueryUnderTest } from './testing/query-under-test.js';

let query: QueryUnderTest;

beforeEach(async () => {
  query = await QueryUnderTest.start();
});

afterEach(() => query.stop());

const isUp = async (probe: string) => (await query.get(`/health/${probe}`)).status === 200;

describe('The health of the query service', () => {
  it('The service is ready while the store answers', async () => {
    expect(await isUp('ready')).toBe(true);
  });

  it('The service is live but not ready while the store is unavailable', async () => {
    query.store.isAvailable = false;
    expect([await isUp('live'), await isUp('ready')]).toEqual([true, false]);
    expect((await query.get('/health/ready')).text).toContain('the record store does not answer');
  });

  it('The answer has the cause, if it is known', async () => {
    query.store.isAvailable = false;
    query.store.cause = { code: 'authentication', sentence: 'the server refuses the login' };
    const { text } = await query.get('/health/ready');
    expect(text).toContain('the record store does not answer: authentication: the server refuses the login');
    const { body } = await query.get('/records');
    expect(body).toMatchObject({ code: 'store-unavailable', detail: expect.stringContaining('refuses the login') });
  });

  it('The service is ready again once the store is back', async () => {
    query.store.isAvailable = false;
    expect(await isUp('ready')).toBe(false);
    query.store.isAvailable = true;
    expect(await isUp('ready')).toBe(true);
  });

  it('The service is ready while the event log is unavailable: records are still shown', async () => {
    query.log.goAway();
    expect(await isUp('ready')).toBe(true);
  });

  it('The service is not ready once it is stopping', async () => {
    query.lifecycle.stopping();
    expect(await isUp('ready')).toBe(false);
  });
});
