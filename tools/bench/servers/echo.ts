// The bare measure: node:http, the body parsed and a small JSON answer, nothing else.
import { createServer } from 'node:http';

createServer((request, response) => {
  if (request.method !== 'POST') return response.end('{}');
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString());
    const answer = JSON.stringify(Array.isArray(body) ? { accepted: body.length } : body);
    response.writeHead(202, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
    response.end(answer);
  });
}).listen(Number(process.env['PORT']), '127.0.0.1');
