import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { Access } from './access.js';
import type { HostOptions } from './hosts.js';
import { createHttpApp } from './http-app.js';

@Controller()
class TestController {
  @Get('read')
  read(): string {
    return 'read';
  }

  @Post('send')
  @Access('send', { crossOrigin: 'POST' })
  send(): string {
    return 'sent';
  }
}

@Module({ controllers: [TestController] })
class RootModule {}

let app: NestFastifyApplication;
afterEach(() => app.close());

async function serve(options: HostOptions = {}): Promise<void> {
  app = await createHttpApp(RootModule, pino({ level: 'silent' }), { maxBodyBytes: 1024, ...options });
  await app.listen(0, '127.0.0.1');
}

/** @returns the status, and the body of a problem */
async function say(line: string, ...fields: string[]): Promise<[number, string]> {
  const socket = connect((app.getHttpServer().address() as { port: number }).port, '127.0.0.1');
  socket.write([line, ...fields, 'Connection: close', 'Content-Length: 0', '', ''].join('\r\n'));
  const answer = await text(socket);
  return [Number(answer.slice('HTTP/1.1 '.length).slice(0, 3)), answer];
}

const statusOf = async (line: string, ...fields: string[]) => (await say(line, ...fields))[0];
const GET = 'GET /read HTTP/1.1';

describe('The host of a request', () => {
  it.each([
    [GET, []],
    [GET, ['Host:']],
    [GET, ['Host: a', 'Host: a']],
    [GET, ['Host: a', 'hOST: b']],
    [GET, ['Host: a b']],
    [GET, ['Host: a, b']],
    [GET, ['Host: user@a']],
    [GET, ['Host: a:b']],
    [GET, ['Host: a:65536']],
    [GET, ['Host: a:1:2']],
    [GET, ['Host: [::1']],
    [GET, ['Host: [1.2.3.4]']],
    [GET, ['Host: ::1']],
    [GET, ['Host: a/b']],
    [GET, ['Host: %zz']],
    [GET, ['Host: a\tb']],
    ['GET /read HTTP/1.0', ['Host: a b']],
    ['GET http://a/read HTTP/1.1', ['Host: b']],
    ['GET http://a:8000/read HTTP/1.1', ['Host: a']],
    ['GET http://user@a/read HTTP/1.1', ['Host: a']],
    ['GET http:///read HTTP/1.1', ['Host: a']],
    ['GET http://a b/read HTTP/1.1', ['Host: a']],
    ['GET http://a:b/read HTTP/1.1', ['Host: a']],
    ['GET http://a/read HTTP/1.1', []],
    ['GET http://a:b/read HTTP/1.0', []],
  ])('An ambiguous host of a request is refused, and the connection is closed: %s %j', async (line, fields) => {
    await serve();
    const [status, answer] = await say(line, ...fields);
    expect(status).toBe(400);
    expect(answer).toContain('"code":"bad-request"');
    expect(answer).toMatch(/connection: close/i);
  });

  it.each([
    [GET, ['Host: a']],
    [GET, ['Host: A_b.example.:8000']],
    [GET, ['Host: a:']],
    [GET, ['Host: [2001:db8::1]:8000']],
    [GET, ['Host: [::ffff:10.0.0.1]']],
    ['GET /read HTTP/1.0', []],
    ['GET http://a/read HTTP/1.1', ['Host: a']],
    ['GET http://a/read HTTP/1.1', ['Host: A:80']],
    ['GET https://a:443/read HTTP/1.1', ['Host: a']],
    ['GET HTTP://a/read HTTP/1.0', []],
  ])('The host of a request is accepted: %s %j', async (line, fields) => {
    await serve();
    expect(await statusOf(line, ...fields)).toBe(200);
  });
});

describe('A process on loopback while access is open', () => {
  it.each([['127.0.0.1:8000'], ['localhost'], ['LOCALHOST:8000'], ['[::1]:8000'], ['10.0.0.5']])(
    'While access is open, a process on loopback answers for %s',
    async (host) => {
      await serve({ host: '127.0.0.1' });
      expect(await statusOf(GET, `Host: ${host}`)).toBe(200);
    },
  );

  it.each(['127.0.0.1', '127.0.0.2', 'localhost', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1'])(
    'While access is open, a process that listens on %s refuses other names, and reports what to set',
    async (own) => {
      await serve({ host: own });
      for (const host of ['rebind.example:8000', 'localhost.example', '127.0.0.1.example', 'sub.localhost']) {
        const [status, answer] = await say(GET, `Host: ${host}`);
        expect([host, status]).toEqual([host, 421]);
        expect(answer).toContain('"code":"misdirected-request"');
        expect(answer).toContain('ALLOWED_HOSTS');
      }
    },
  );

  it('While access is open, a process on loopback refuses other names on unknown paths, and to the pages of allowed origins', async () => {
    await serve({ host: '127.0.0.1', corsOrigins: '*' });
    expect(await statusOf('GET /nowhere HTTP/1.1', 'Host: a')).toBe(421);
    expect(await statusOf('POST /send HTTP/1.1', 'Host: a', 'Origin: http://hall.example')).toBe(421);
  });

  it('While access is open, a process on loopback answers for the configured names, with every port or with one', async () => {
    await serve({ host: '127.0.0.1', allowedHosts: 'Sluice.plant, gateway:8443' });
    const hosts = ['sluice.plant', 'SLUICE.PLANT:1', 'gateway:8443', 'gateway', 'gateway:8444', 'a.sluice.plant'];
    const statuses = await Promise.all(hosts.map((host) => statusOf(GET, `Host: ${host}`)));
    expect(statuses).toEqual([200, 200, 200, 421, 421, 421]);
  });
});

describe('A process beyond loopback while access is open', () => {
  it.each([
    ['curl', []],
    ['a scraper', ['User-Agent: Prometheus/3.0']],
    ['the fetch of Node', ['Sec-Fetch-Mode: cors', 'Accept-Language: *', 'User-Agent: node']],
  ])('While access is open, a process beyond loopback answers for every name to %s', async (_, fields) => {
    await serve({ host: '0.0.0.0' });
    expect(await statusOf(GET, 'Host: gateway:8000', ...fields)).toBe(200);
  });

  it.each([
    'Origin: http://rebind.example',
    'Origin: null',
    'Sec-Fetch-Site: same-origin',
    'Sec-Fetch-Mode: navigate',
    'Sec-Fetch-Dest: empty',
    'User-Agent: Mozilla/5.0 (X11; Linux x86_64)',
  ])('While access is open, a process beyond loopback refuses other names to browsers: %s', async (field) => {
    await serve({ host: '0.0.0.0', allowedHosts: 'gateway' });
    expect(await statusOf(GET, 'Host: rebind.example', field)).toBe(421);
    expect(await statusOf(GET, 'Host: gateway:8000', field)).toBe(200);
    expect(await statusOf(GET, 'Host: localhost:8000', field)).toBe(200);
    expect(await statusOf(GET, 'Host: 10.0.0.5:8000', field)).toBe(200);
  });

  it('While access is open, a process beyond loopback lets pages of allowed origins send by every name, and read by none', async () => {
    await serve({ host: '0.0.0.0', corsOrigins: 'http://hall.example' });
    const from = (origin: string) => ['Host: gateway', `Origin: ${origin}`];
    expect(await statusOf('POST /send HTTP/1.1', ...from('http://hall.example'))).toBe(201);
    expect(await statusOf('POST /send HTTP/1.1', ...from('http://gateway'))).toBe(421);
    expect(await statusOf(GET, ...from('http://hall.example'))).toBe(421);
  });
});

describe('A process with restricted access', () => {
  it.each<HostOptions>([{ auth: 'tokens' }, { tlsClientCaFile: 'ca.pem' }])(
    'A process with restricted access answers for every name: %j',
    async (access) => {
      await serve({ host: '127.0.0.1', ...access });
      expect(await statusOf(GET, 'Host: rebind.example', 'Origin: http://rebind.example')).toBe(200);
      expect(await statusOf(GET, 'Host: a b')).toBe(400);
    },
  );
});
