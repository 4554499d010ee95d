import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { defaultsOf } from '@sluice/settings';
import { EndpointFeed, readEndpoints } from './endpoint-feed.js';
import { ENDPOINT_SETTINGS } from './endpoint.settings.js';

describe('The file of the endpoints', () => {
  let folder: string;
  let path: string;
  let feed: EndpointFeed;
  let logged: { level: number; msg: string; reason?: string }[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-endpoints-'));
    path = join(folder, 'endpoints');
    logged = [];
  });
  afterEach(() => {
    feed?.onApplicationShutdown();
    rmSync(folder, { recursive: true });
  });

  const open = (given: object) => {
    const write = (line: string) => void logged.push(JSON.parse(line) as (typeof logged)[number]);
    const options = { ...defaultsOf(ENDPOINT_SETTINGS), ...given };
    feed = new EndpointFeed(options, readEndpoints(options), pino({}, { write }));
  };
  const urls = () => feed.list!.endpoints.map(({ url, draining }) => (draining ? `${url} draining` : url));

  it('The file of the endpoints is read at the start, and again when it has changed', () => {
    writeFileSync(path, 'http://a\nhttp://b\n');
    open({ endpointsFile: path });
    const { version } = feed.list!;
    feed.reload();
    expect(feed.list!.version).toBe(version);
    expect(logged).toEqual([]);
    writeFileSync(path, 'http://a draining\nhttp://b\n');
    feed.reload();
    expect(urls()).toEqual(['http://a draining', 'http://b']);
    expect(logged).toEqual([expect.objectContaining({ msg: 'the list of endpoints has changed' })]);
  });

  it('An invalid or missing file of the endpoints leaves the last list active, and is logged once for each change', () => {
    writeFileSync(path, 'http://a');
    open({ endpointsFile: path });
    writeFileSync(path, 'http://a wieght=2');
    feed.reload();
    feed.reload();
    expect(urls()).toEqual(['http://a']);
    expect(logged).toEqual([expect.objectContaining({ level: 40, reason: expect.stringContaining('wieght=2') })]);
    rmSync(path);
    feed.reload();
    feed.reload();
    expect(urls()).toEqual(['http://a']);
    expect(logged).toHaveLength(2);
    writeFileSync(path, 'http://b');
    feed.reload();
    expect(urls()).toEqual(['http://b']);
  });

  it.each([
    ['is missing', () => {}, /^ENDPOINTS_FILE: .*endpoints cannot be read \(ENOENT\); name a readable file/],
    ['is wrong', () => writeFileSync(path, 'a:8000'), /^ENDPOINTS_FILE \(.*endpoints\): the entry "a:8000"/],
  ])('The file of the endpoints that %s stops the start with an error that names the fix', (_, write, message) => {
    write();
    expect(() => open({ endpointsFile: path })).toThrow(
      expect.objectContaining({ code: 'invalid-endpoints', message: expect.stringMatching(message) }),
    );
  });

  it('The file of the endpoints and the setting exclude each other', () => {
    expect(() => open({ endpointsFile: path, endpoints: 'http://a' })).toThrow(/both set; set one of them/);
  });
});
