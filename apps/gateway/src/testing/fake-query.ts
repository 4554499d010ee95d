import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** A query service that remembers what it was asked and answers as a test says. */
export class FakeQuery {
  readonly asked: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
  answer: (response: ServerResponse) => void = (response) => {
    response.writeHead(200, { 'content-type': 'application/json', server: 'inner', 'set-cookie': 'a=b' });
    response.end('{"records":[]}');
  };
  url = '';
  private readonly server: Server = createServer((incoming, response) => {
    const asked = { method: incoming.method!, url: incoming.url!, headers: incoming.headers, body: '' };
    this.asked.push(asked);
    incoming.on('data', (part: Buffer) => (asked.body += part.toString()));
    if (incoming.method === 'POST') incoming.once('end', () => this.answer(response));
    else this.answer(response);
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.server.address() as { port: number }).port}`;
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
