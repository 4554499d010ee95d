// Memory of each service at full load: its growth after the first quarter, and its peak.
import { setTimeout as delay } from 'node:timers/promises';
import { manyRecords, requestsPerSecond } from './support/load.mjs';
import { freePort, LOADING_CORE, residentMiB, startNode, stop, whenReady } from './support/process.mjs';

const APPS = ['gateway', 'buffer-worker', 'query'];

export async function benchMemory(engines, seconds = 120) {
  const env = { EVENT_LOG_URL: engines.eventLogUrl, RECORD_STORE_URL: engines.recordStoreUrl };
  const services = [];
  for (const app of APPS) services.push(await start(app, env));
  const samples = Object.fromEntries(APPS.map((app) => [app, []]));
  const load = loadAll(services, seconds);
  for (let second = 0; second < seconds; second++) {
    await delay(1000);
    for (const { app, child } of services) samples[app].push(residentMiB(child.pid));
  }
  await load;
  for (const { child } of services) await stop(child);
  return APPS.map((app) => row(app, samples[app], seconds));
}

async function start(app, env) {
  const port = await freePort();
  const child = startNode([`dist/apps/${app}/main.js`], {
    core: LOADING_CORE - 1,
    env: { ...env, PORT: String(port) },
  });
  const baseUrl = `http://127.0.0.1:${port}`;
  await whenReady(`${baseUrl}/health/ready`, child);
  return { app, child, baseUrl };
}

async function loadAll(services, seconds) {
  const [gateway, , query] = services;
  const reads = readUntil(query.baseUrl, Date.now() + seconds * 1000);
  await requestsPerSecond(`${gateway.baseUrl}/ingest`, { body: manyRecords(100), connections: 16, seconds });
  await reads;
}

async function readUntil(baseUrl, endMs) {
  while (Date.now() < endMs) {
    for (const path of ['/check-buffer?limit=100', '/records?limit=100']) await (await fetch(baseUrl + path)).text();
    await delay(50);
  }
}

function row(app, samples, seconds) {
  const settled = samples.slice(Math.floor(samples.length / 4));
  const [first, last] = [settled.slice(0, 10), settled.slice(-10)].map(
    (part) => part.reduce((a, b) => a + b) / part.length,
  );
  return {
    what: `memory at full load, ${seconds} s`,
    variant: app,
    figure: `peak ${Math.round(Math.max(...samples))} MiB; ${Math.round(first)} MiB after a quarter, ${Math.round(last)} MiB at the end`,
    ratio: last / first,
  };
}
