import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { contentCodingOf, isOfOtherOrigin, mediaTypeOf } from './read-head.js';

const fromDevice = () => false;

describe('The media type', () => {
  it.each([
    ['application/json', 'application/json'],
    ['application/x-ndjson', 'application/x-ndjson'],
    ['Application/X-NDJSON ; charset=UTF8', 'application/x-ndjson'],
    ['application/json; charset="utf-8"; profile=x', 'application/json'],
    ['application/senml+json', 'application/json'],
    ['application/vnd.api+json; v=1', 'application/json'],
    ['text/json', 'application/json'],
    ['application/ndjson', 'application/x-ndjson'],
    ['application/jsonl', 'application/x-ndjson'],
    ['application/x-jsonlines', 'application/x-ndjson'],
    ['text/plain;charset=UTF-8', 'application/json'],
    ['application/x-www-form-urlencoded', 'application/json'],
    ['', 'application/json'],
  ])('The media type %s is %s', (header, type) => {
    expect(mediaTypeOf({ 'content-type': header }, fromDevice)).toBe(type);
  });

  it('A missing media type means JSON if there is a body', () => {
    expect(mediaTypeOf({ 'content-length': '2' }, fromDevice)).toBe('application/json');
    expect(() => mediaTypeOf({}, fromDevice)).toThrow(expect.objectContaining({ code: 'invalid-json' }));
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', ''])(
    'The media type %j is refused from another origin',
    (header) => {
      const headers = { 'content-type': header };
      expect(() => mediaTypeOf(headers, () => true)).toThrow(
        expect.objectContaining({ code: 'unsupported-media-type' }),
      );
    },
  );

  it.each([
    'application/jsonx',
    'text/xml',
    'image/png',
    `application/${'x'.repeat(300)}`,
    'application/json; charset=utf-8; charset=latin1',
    'caf\u00e9/json',
  ])('The media type is refused by name: %j', (header) => {
    const errors = [expect.objectContaining({ pointer: 'header:content-type', detail: expect.any(String) })];
    let thrown: { code?: string; problem?: { errors: { detail: string }[] }; message?: string } = {};
    try {
      mediaTypeOf({ 'content-type': header }, fromDevice);
    } catch (error) {
      thrown = error as typeof thrown;
    }
    expect(thrown).toMatchObject({ code: 'unsupported-media-type', problem: { errors } });
    const { detail } = thrown.problem!.errors[0]!;
    expect(detail).toContain(header.slice(0, 3));
    expect(detail).toMatch(/^[ -~]{1,250}$/);
  });
});

describe('A request from a web page', () => {
  const allowed = new Set(['https://hall.example']);
  const request = (headers: object, socket: object = {}) => ({ headers, socket }) as unknown as IncomingMessage;
  const host = 'gw.example:8000';

  it.each([
    [{ host }, false],
    [{ host, origin: 'http://gw.example:8000' }, false],
    [{ host, origin: 'https://gw.example:8000', 'sec-fetch-site': 'same-origin' }, false],
    [{ host, origin: 'https://hall.example', 'sec-fetch-site': 'cross-site' }, false],
    [{ host, 'sec-fetch-site': 'none' }, false],
    [{ host, origin: 'null' }, true],
    [{ host, origin: 'http://gw.example' }, true],
    [{ host, origin: 'https://evil.example' }, true],
    [{ host, 'sec-fetch-site': 'cross-site' }, true],
    [{ host, 'sec-fetch-site': 'same-site' }, true],
    [{ host, origin: 'http://gw.example:8000', 'sec-fetch-site': 'same-site' }, true],
  ])('A request from a web page comes from another origin: %j: %s', (headers, expected) => {
    expect(isOfOtherOrigin(request(headers), allowed)).toBe(expected);
  });

  it('A request from a web page of the same host without TLS comes from another origin for a listener with TLS', () => {
    const headers = { host, origin: 'http://gw.example:8000' };
    expect(isOfOtherOrigin(request(headers, { encrypted: true }), allowed)).toBe(true);
  });

  it('A request from a web page comes from no other origin if all origins are allowed', () => {
    expect(isOfOtherOrigin(request({ host, origin: 'https://evil.example' }), new Set(['*']))).toBe(false);
  });
});

describe('The content coding', () => {
  it.each([
    [undefined, 'identity'],
    ['GZIP', 'gzip'],
    ['x-gzip', 'gzip'],
    ['Deflate', 'deflate'],
    [' zstd ', 'zstd'],
  ])('The content coding %j is %s', (header, coding) => {
    expect(contentCodingOf(header)).toBe(coding);
  });

  it.each(['', 'gzip,gzip', 'br', 'constructor'])('The content coding is not known: %j', (header) => {
    expect(() => contentCodingOf(header)).toThrow(expect.objectContaining({ code: 'unsupported-encoding' }));
  });
});
