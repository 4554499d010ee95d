// The ways between the services of the proof, and an HTTP address that steers them:
//   GET  /          what each has counted since it was last set
//   POST /<name>    { "mode": ..., "api"?: ... }, see link.mjs
import { createServer } from 'node:http';
import { Link } from './link.mjs';

const links = [
  new Link('gateway-kafka', 9094, { host: 'kafka', port: 9094 }),
  new Link('worker-kafka', 9095, { host: 'kafka', port: 9095 }),
  new Link('naive-kafka', 9096, { host: 'kafka', port: 9096 }),
  new Link('worker-store', 27017, { host: 'mongo', port: 27017 }),
  new Link('naive-store', 27018, { host: 'mongo', port: 27017 }),
  new Link('gateway-query', 8000, { host: 'query', port: 8000 }),
];

createServer(async (request, response) => {
  if (request.method === 'POST') {
    const link = links.find(({ name }) => name === request.url.slice(1));
    link.set(await new Response(request).json());
  }
  response.end(JSON.stringify(Object.fromEntries(links.map(({ name, mode, counts }) => [name, { mode, ...counts }]))));
}).listen(9900);

for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
