import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { EventEmitter } from 'node:events';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FakeQuery } from '../testing/fake-query.js';
import { QueryForwarder } from './query-forwarder.js';

let query: FakeQuery;
let forwarder: QueryForwarder;
beforeEach(async () => {
  query = new FakeQuery();
  await query.start();
  forwarder = new QueryForwarder(query.url, { timeoutMs: 50 });
});
afterEach(async () => {
  await forwarder.onApplicationShutdown();
  query.stop();
});

function readOf(url: string): FastifyRequest {
  return { id: 'request-1', method: 'GET', headers: {}, raw: { url } } as FastifyRequest;
}

function reply(): FastifyReply {
  return { raw: new EventEmitter(), request: {} } as FastifyReply;
}

it('The forwarder gives up when the query service takes too long', async () => {
  query.answer = () => undefined;
  const read = forwarder.forward(readOf('/records'), reply());
  await expect(read).rejects.toMatchObject({ code: 'query-unavailable', status: 503 });
});

it('The forwarder calls only the query service when a client names another host', async () => {
  query.answer = () => undefined;
  await forwarder.forward(readOf('http://elsewhere.example/records?limit=1'), reply()).catch(() => undefined);
  expect(query.asked[0]).toMatchObject({ url: '/records?limit=1', headers: { host: new URL(query.url).host } });
});

it.each([
  ['http://elsewhere.example', '/'],
  ['http://elsewhere.example?a=b', '/?a=b'],
])(
  'The forwarder requests the page when a client writes the whole address without a path: %s',
  async (address, path) => {
    query.answer = () => undefined;
    await forwarder.forward(readOf(address), reply()).catch(() => undefined);
    expect(query.asked.map(({ url }) => url)).toEqual([path]);
  },
);
