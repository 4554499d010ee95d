// `npm run schemathesis`: asks the running service for everything that its description at /openapi.json allows, and for what it
// forbids, with all checks of Schemathesis: once with open access, and with tokens for reading and for sending. The seed is fixed, so
// that the same requests are made each time. Needs Python 3.10 or newer; the tool itself is installed into a separate folder.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attempt } from './steps/attempt.mjs';
import { ensureBuilt } from './steps/build.mjs';
import { ROOT, StepError } from './steps/child.mjs';
import { ensureInstalled } from './steps/install.mjs';
import { ensurePythonTool } from './steps/python-tool.mjs';
import { createToken, startStandalone } from './schemathesis/service.mjs';

const HERE = join(ROOT, 'scripts/schemathesis');
const REQUIREMENTS = join(HERE, 'requirements.txt');
const CONFIG = join(HERE, 'schemathesis.toml');

const TIME_LIMIT_MS = 10 * 60_000;
/**
 * An event stream has no end: it is read until the request's time is over, and its events are checked.
 *
 * All checks but one: OpenAPI has no words for rules between two parts of a request (a key in the header is for a record that has
 * none), so that some of what a description allows has to be refused.
 */
const FIXED_OPTIONS = [
  ...['--checks', 'all', '--exclude-checks', 'positive_data_acceptance', '--continue-on-failure', '--no-color'],
  ...['--seed', '20250909', '--max-examples', '40', '--request-timeout', '2'],
];

/** Each round has separate data. `--pattern dev*` covers the device of the examples. The two lists run side by side. */
const OPEN_ROUNDS = [{ name: 'open access', settings: {} }];
const TOKEN_ROUNDS = [
  { name: 'tokens, a reader', settings: { AUTH: 'tokens' }, holder: ['--reader'], only: ['--exclude-path', '/ingest'] },
  {
    name: 'tokens, devices',
    settings: { AUTH: 'tokens' },
    holder: ['--pattern', 'dev*'],
    only: ['--include-path', '/ingest'],
  },
];

await attempt(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const programs = ensurePythonTool(REQUIREMENTS);
  const failed = (await Promise.all([OPEN_ROUNDS, TOKEN_ROUNDS].map((rounds) => failedOf(programs, rounds)))).flat();
  if (failed.length > 0) throw new StepError(`Schemathesis found failures: ${failed.join('; ')}.`);
});

async function failedOf(programs, rounds) {
  const failed = [];
  for (const round of rounds) if (!(await isPassed(programs, round))) failed.push(round.name);
  return failed;
}

async function isPassed(programs, { name, settings, holder, only = [] }) {
  const dataDir = mkdtempSync(join(tmpdir(), 'sluice-schemathesis-'));
  const token = holder && createToken(dataDir, holder);
  const service = await startStandalone(dataDir, settings);
  try {
    const description = await descriptionOf(service.url, dataDir, token !== undefined);
    const access = token === undefined ? [] : ['--header', `Authorization: Bearer ${token}`];
    return await check(programs, name, dataDir, [description, '--url', service.url, ...access, ...only]);
  } finally {
    await service.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** With AUTH=tokens, what the description calls possible is needed. */
async function descriptionOf(url, dataDir, needsToken) {
  const description = await (await fetch(`${url}/openapi.json`)).json();
  if (needsToken) description.security = description.security.filter((way) => 'token' in way);
  const path = join(dataDir, 'openapi.json');
  writeFileSync(path, JSON.stringify(description));
  return path;
}

/** Shows the last line of a round that has passed, and all of one that has not. */
async function check(programs, name, cwd, args) {
  const command = ['--config-file', CONFIG, 'run', ...FIXED_OPTIONS, ...args];
  const options = { cwd, encoding: 'utf8', timeout: TIME_LIMIT_MS, maxBuffer: 64 * 1024 * 1024 };
  const { stdout, stderr, isPassed } = await outcomeOf(join(programs, 'schemathesis'), command, options);
  if (!isPassed) console.log(`${stdout}${stderr}`);
  const lastLine = stdout.trimEnd().split('\n').at(-1);
  console.log(`schemathesis, ${name}: ${lastLine.replaceAll('=', '').trim()}`);
  return isPassed;
}

function outcomeOf(program, args, options) {
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) => resolve({ stdout, stderr, isPassed: error === null }));
  });
}
