import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ObjectStoreConfig } from '../archive.settings.js';
import { allOf, describeObjectStore, putContent, S3Server } from '../testing/index.js';
import { S3ObjectStore } from './s3-object-store.js';

/** On moto's server: AWS itself was not used. */
let server: S3Server;
let config: ObjectStoreConfig;
beforeAll(async () => {
  server = await S3Server.start();
  config = await server.newBucket('archive');
});
afterAll(() => server.stop());

/** moto compares tags at a put, and not at the end of a multipart upload as S3 does. */
describeObjectStore('S3ObjectStore', () => new S3ObjectStore(config), { comparesLargeObjects: false });

describe('S3ObjectStore', () => {
  it('S3ObjectStore encrypts objects and sets their storage class as configured', async () => {
    const settings = { archiveS3Encryption: 'AES256', archiveS3StorageClass: 'STANDARD_IA' } as const;
    await putContent(new S3ObjectStore({ ...config, ...settings }), 'class', 'x');
    const head = await server.head('archive', 'some/prefix/class');
    expect(head).toMatchObject({ StorageClass: 'STANDARD_IA', ServerSideEncryption: 'AES256' });
  });

  it('S3ObjectStore names the bucket that is missing', async () => {
    const store = new S3ObjectStore(server.config('missing'));
    const missing = { code: 'bucket-missing', message: expect.stringContaining('The bucket missing does not exist') };
    await expect(store.check()).rejects.toMatchObject(missing);
    await expect(putContent(store, 'a', 'x')).rejects.toMatchObject(missing);
  });

  it('S3ObjectStore reports that no server answers', async () => {
    const store = new S3ObjectStore({ ...config, archiveS3Endpoint: 'http://127.0.0.1:1' });
    await expect(store.check()).rejects.toMatchObject({ code: 'unreachable' });
  });
});

/** What S3 answers on the bad days, which moto does not have. */
describe('An answer of S3', () => {
  let failing: Server;
  let answer: { status: number; code: string };
  beforeAll(async () => {
    failing = createServer((_request, response) => {
      response.writeHead(answer.status, { 'content-type': 'application/xml' });
      response.end(`<?xml version="1.0"?><Error><Code>${answer.code}</Code><Message>no</Message></Error>`);
    }).listen(0, '127.0.0.1');
    await once(failing, 'listening');
  });
  afterAll(() => void failing.close());

  it.each([
    [403, 'AccessDenied', 'denied', /refuses this login for the bucket archive: it needs s3:PutObject/],
    [403, 'SignatureDoesNotMatch', 'denied', /refuses this login/],
    [301, 'PermanentRedirect', 'wrong-region', /another region: set ARCHIVE_S3_REGION/],
    [400, 'AuthorizationHeaderMalformed', 'wrong-region', /another region/],
    [403, 'RequestTimeTooSkewed', 'clock-skew', /clock of this machine is wrong/],
    [501, 'NotImplemented', 'unsupported', /ARCHIVE_S3_CONDITIONAL_WRITES/],
    [507, 'XMinioStorageFull', 'full', /is full/],
    [503, 'SlowDown', 'unreachable', /does not answer/],
  ])('An answer of S3 %i %s is explained as %s, without a secret', async (status, code, expected, message) => {
    answer = { status, code };
    const endpoint = `http://127.0.0.1:${(failing.address() as AddressInfo).port}`;
    const listing = allOf(new S3ObjectStore({ ...config, archiveS3Endpoint: endpoint }).list(''));
    await expect(listing).rejects.toMatchObject({ code: expected, message: expect.stringMatching(message) });
    await expect(listing).rejects.not.toThrow(/test-secret|test-key/);
  });
});
