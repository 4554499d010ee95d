// Starts the parts of a benchmark, each in a process of its own on the core that it is given, and reads what they cost.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What is measured runs on the first core, what loads it on the other. */
export const MEASURED_CORE = 0;
export const LOADING_CORE = 1;

const TICKS_PER_SECOND = 100;
const running = new Set();

/** Pins this process, which generates the load. */
export function pinLoadGenerator() {
  spawnSync('taskset', ['-a', '-c', '-p', String(LOADING_CORE), String(process.pid)]);
}

/** @param {string[]} args what node is to run */
export function startNode(args, { core = MEASURED_CORE, env = {}, ipc = false } = {}) {
  const command = ['-c', String(core), process.execPath, ...args];
  const stdio = ['ignore', 'pipe', 'pipe', ...(ipc ? ['ipc'] : [])];
  const child = spawn('taskset', command, { cwd: ROOT, stdio, env: { ...process.env, LOG_LEVEL: 'warn', ...env } });
  child.log = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (child.log += bytes));
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}

export async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export async function whenReady(url, child) {
  for (let attempt = 0; attempt < 300; attempt++) {
    if (child.exitCode !== null) throw new Error(`it ended: ${child.log}`);
    const response = await fetch(url).catch(() => undefined);
    await response?.body?.cancel();
    if (response?.ok) return;
    await delay(100);
  }
  throw new Error(`${url} was never ready: ${child.log}`);
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** CPU that the process and its threads have used, in seconds. */
export function cpuSeconds(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory, in MiB. */
export function residentMiB(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
}
