import { describe, expect, it } from '@jest/globals';
import { contentCodingOf, mediaTypeOf } from './read-request.js';

describe('the media type', () => {
  it.each([
    ['application/json', 'application/json'],
    ['application/x-ndjson', 'application/x-ndjson'],
    ['Application/X-NDJSON ; charset=UTF8', 'application/x-ndjson'],
    ['application/json; charset="utf-8"; profile=x', 'application/json'],
  ])('%s is %s', (header, type) => {
    expect(mediaTypeOf({ 'content-type': header })).toBe(type);
  });

  it.each(['', 'application/jsonx', 'text/json', 'application/json; charset=utf-8; charset=latin1'])(
    'is not known: %j',
    (header) => {
      const headers = { 'content-type': header };
      expect(() => mediaTypeOf(headers)).toThrow(expect.objectContaining({ code: 'unsupported-media-type' }));
    },
  );
});

describe('the content coding', () => {
  it.each([
    [undefined, 'identity'],
    ['GZIP', 'gzip'],
    [' zstd ', 'zstd'],
  ])('%j is %s', (header, coding) => {
    expect(contentCodingOf(header)).toBe(coding);
  });

  it.each(['', 'gzip,gzip', 'br'])('is not known: %j', (header) => {
    expect(() => contentCodingOf(header)).toThrow(expect.objectContaining({ code: 'unsupported-encoding' }));
  });
});
