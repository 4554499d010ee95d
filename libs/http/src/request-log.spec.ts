import { afterEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Param } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { createHttpApp, type HttpOptions } from './http-app.js';

@Controller('devices')
class DevicesController {
  @Get(':device_id')
  device(@Param('device_id') id: string): string {
    return id;
  }
}

@Module({ controllers: [DevicesController] })
class RootModule {}

const GIVEN = '0199c8a5-91c4-7cc0-b6a2-3f1d0e1f2a3b';

let app: NestFastifyApplication;
let lines: Record<string, unknown>[];
afterEach(() => app.close());

/** Starts an app, asks it once, and gives its lines about answers. */
async function answered(level: string, options: Partial<HttpOptions>, requestId: string): Promise<typeof lines> {
  lines = [];
  const logger = pino({ level }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  app = await createHttpApp(RootModule, logger, { maxBodyBytes: 1024, ...options });
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as { port: number };
  const headers = { connection: 'close', 'x-request-id': requestId };
  await (await fetch(`http://127.0.0.1:${port}/devices/dev-2?token=secret`, { headers })).text();
  return lines.filter(({ msg }) => msg === 'answered');
}

describe('The log of answers at debug', () => {
  it('At debug, each answer is one line with the pattern of its path, its status and its time, and nothing that the client wrote', async () => {
    const about = await answered('debug', {}, GIVEN);
    expect(about).toEqual([
      expect.objectContaining({ method: 'GET', route: '/devices/:device_id', status: 200, msg: 'answered' }),
    ]);
    expect(about[0]!['durationMs']).toBeGreaterThanOrEqual(0);
    expect(JSON.stringify(about)).not.toMatch(new RegExp(`dev-2|secret|${GIVEN}`));
  });

  it('At debug, each answer has the id that the gateway gave the request, so that both logs have the same id', async () => {
    expect(await answered('debug', { isForwarded: true }, GIVEN)).toMatchObject([{ requestId: GIVEN }]);
  });

  it.each(['', 'mine', `${GIVEN}\t{"level":"error"}`])(
    'At debug, each answer has a new id instead of one that is not a UUID: %j',
    async (forged) => {
      const [line] = await answered('debug', { isForwarded: true }, forged);
      expect(line!['requestId']).toMatch(/^[0-9a-f-]{36}$/);
      expect(line!['requestId']).not.toBe(forged);
    },
  );
});

it('At info, answers are not logged', async () => {
  expect(await answered('info', {}, GIVEN)).toEqual([]);
});
