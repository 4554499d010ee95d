import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OPERATE_ROUTES, type ReadRoute, READ_ROUTES } from '@sluice/contracts';
import type { RegisteredRoute } from '@sluice/http/testing';
import { QueryUnderTest } from './testing/query-under-test.js';

/** Routes of every app: the gateway answers these itself. */
const OF_EVERY_APP = /^\/(health\/|metrics$|docs|openapi\.json$|asyncapi\.json$)/;

function methodOf(url: string): string {
  return (READ_ROUTES as Readonly<Record<string, ReadRoute>>)[url]?.method ?? 'GET';
}

let query: QueryUnderTest;
let routes: RegisteredRoute[];
let reads: RegisteredRoute[];
beforeAll(async () => {
  query = await QueryUnderTest.start();
  routes = query.routes.filter(({ url }) => !OF_EVERY_APP.test(url));
  reads = routes.filter(({ method, url, access }) => method === methodOf(url) && access !== 'operate');
});
afterAll(() => query.stop());

describe('The list of routes that a gateway forwards', () => {
  it('The list has every route of the query service, and no other', () => {
    expect(reads.map(({ url }) => url).toSorted()).toEqual(Object.keys(READ_ROUTES).toSorted());
  });

  it('The list has every path for operators, and no other', () => {
    const paths = (each: readonly string[]) => [...new Set(each)].toSorted();
    const operate = routes.filter(({ access }) => access === 'operate').map(({ url }) => url);
    expect(paths(operate)).toEqual(paths(OPERATE_ROUTES.map((route) => route.split(' ')[1]!)));
  });

  it.each(OPERATE_ROUTES)('The list marks %s as a route for operators', (name) => {
    const route = routes.find(({ method, url }) => `${method} ${url}` === name);
    expect(route?.access).toBe('operate');
  });

  it.each(Object.entries<ReadRoute>(READ_ROUTES))(
    'The list has the access of %s that the route declares',
    (url, { access, deviceFrom, method = 'GET' }) => {
      const route = reads.find((each) => each.url === url);
      expect([route?.method, route?.access, route?.deviceFrom]).toEqual([method, access, deviceFrom]);
    },
  );
});
