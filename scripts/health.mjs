// The health check of the container image. Usage: node health.mjs live|ready
import { request as plainly } from 'node:http';
import { request as overTls } from 'node:https';

const [, , question = 'live'] = process.argv;
const port = process.env.PORT || 8000;
// Over loopback, to whatever name the certificate is for.
const ask = process.env.TLS_CERT_FILE ? overTls : plainly;
const options = { host: '127.0.0.1', port, path: `/health/${question}`, rejectUnauthorized: false };

ask(options, (answer) => {
  process.exitCode = answer.statusCode === 200 ? 0 : 1;
  if (process.exitCode === 0) answer.resume();
  else answer.pipe(process.stderr);
})
  .on('error', (error) => {
    console.error(`nothing answers on port ${port}: ${error.code ?? error.message}`);
    process.exitCode = 1;
  })
  .end();
