import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino } from 'pino';
import { createHttpApp } from '../../http-app.js';
import { serveDocs } from '../serve-docs.js';

@Module({})
class EmptyModule {}

/** An app that has nothing but its documents. */
export class ServedDocs {
  private constructor(
    private readonly app: NestFastifyApplication,
    readonly address: string,
  ) {}

  static async start(): Promise<ServedDocs> {
    const app = await createHttpApp(EmptyModule, pino({ level: 'silent' }), { maxBodyBytes: 1024 });
    serveDocs(app);
    await app.listen(0, '127.0.0.1');
    return new ServedDocs(app, `http://127.0.0.1:${(app.getHttpServer().address() as { port: number }).port}`);
  }

  /** Reads every answer to its end: one that is left unread keeps its connection open. */
  async get(path: string) {
    const answer = await fetch(new URL(path, this.address), { headers: { connection: 'close' } });
    const { status, headers, url } = answer;
    return { status, headers, url, type: headers.get('content-type'), text: await answer.text() };
  }

  close(): Promise<void> {
    return this.app.close();
  }
}
