import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ReadRoute, READ_ROUTES } from '@sluice/contracts';
import type { RegisteredRoute } from '@sluice/http/testing';
import { QueryUnderTest } from './testing/query-under-test.js';

/** What every app has: the gateway answers these itself. */
const OF_EVERY_APP = /^\/(health\/|metrics$|docs|openapi\.json$|asyncapi\.json$)/;

let query: QueryUnderTest;
let reads: RegisteredRoute[];
beforeAll(async () => {
  query = await QueryUnderTest.start();
  reads = query.routes.filter(({ method, url }) => method === 'GET' && !OF_EVERY_APP.test(url));
});
afterAll(() => query.stop());

describe('the list of routes that a gateway forwards', () => {
  it('has every route of the query service, and no other', () => {
    expect(reads.map(({ url }) => url).toSorted()).toEqual(Object.keys(READ_ROUTES).toSorted());
  });

  it.each(Object.entries<ReadRoute>(READ_ROUTES))(
    'says of %s what the route declares',
    (url, { access, deviceFrom }) => {
      const route = reads.find((each) => each.url === url);
      expect([route?.access, route?.deviceFrom]).toEqual([access, deviceFrom]);
    },
  );
});
