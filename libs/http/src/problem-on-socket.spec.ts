import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import { refuseBrokenHttp } from './problem-on-socket.js';

/** A connection on which this error came. @returns what was written on it until it was ended */
async function answerTo(code: string, properties: object = {}): Promise<string> {
  const socket = Object.assign(new PassThrough(), properties) as unknown as Socket;
  const written = text(socket).catch(() => '');
  refuseBrokenHttp(Object.assign(new Error(code), { code }), socket);
  return written;
}

it.each([
  ['HPE_INVALID_METHOD', /^HTTP\/1\.1 400 [^]*"code":"bad-request"/],
  ['HPE_HEADER_OVERFLOW', /^HTTP\/1\.1 431 /],
  ['ERR_HTTP_REQUEST_TIMEOUT', /^HTTP\/1\.1 408 [^]*"code":"request-timeout"/],
])('The server answers an invalid request with its status: %s', async (code, answer) => {
  expect(await answerTo(code)).toMatch(answer);
});

it.each(['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ERR_SSL_BAD_RECORD_TYPE'])(
  'The server closes a failed connection without an answer: %s',
  async (code) => {
    expect(await answerTo(code)).toBe('');
  },
);

it('The server answers 401 if TLS fails because of a certificate that is not accepted', async () => {
  const answer = await answerTo('ERR_SSL_WRONG_SIGNATURE', { authorizationError: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
  expect(answer).toMatch(/^HTTP\/1\.1 401 [^]*DEPTH_ZERO_SELF_SIGNED_CERT/);
});
