import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { extname, join, normalize } from 'node:path';

const TYPES: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript' };

/** Serves the files below a folder on a free port of 127.0.0.1: a separate origin for pages. */
export class FileServer {
  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  static async start(folder: string): Promise<FileServer> {
    const server = createServer((request, response) => {
      const path = normalize(new URL(request.url!, 'http://x').pathname);
      readFile(join(folder, path)).then(
        (file) => response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'text/plain' }).end(file),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FileServer(server, `http://127.0.0.1:${(server.address() as { port: number }).port}`);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
