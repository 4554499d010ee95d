import { EventEmitter } from 'node:events';
import { expect, it } from '@jest/globals';
import type { FastifyReply } from 'fastify';
import { ClientStreams } from './client-streams.js';

const replyTo = (client?: string) => ({ raw: new EventEmitter(), request: { client } }) as unknown as FastifyReply;

it('Each client has its own places, and gets one back when a stream ends', () => {
  const streams = new ClientStreams(2);
  const replies = [replyTo('a'), replyTo('a')];
  for (const reply of replies) streams.count(reply);
  expect(() => streams.requirePlace('a')).toThrow(expect.objectContaining({ code: 'too-many-streams' }));
  expect(() => streams.requirePlace('b')).not.toThrow();
  replies[0]!.raw.emit('close');
  expect(() => streams.requirePlace('a')).not.toThrow();
});

it('Streams are not counted where the client is not known', () => {
  const streams = new ClientStreams(1);
  for (let n = 0; n < 3; n++) streams.count(replyTo());
  expect(() => streams.requirePlace(undefined)).not.toThrow();
});
