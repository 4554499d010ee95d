import autocannon from 'autocannon';
import { cpuSeconds } from './process.mjs';

export const CONNECTIONS = 64;
const STARTS = 4;

const SEED = {
  device_id: 'dev-2',
  timestamp: '2025-09-09T17:00:00Z',
  data_payload: { gene_count: 12, sample_quality: 0.98 },
};

export const oneRecord = (device = 'dev-2') => JSON.stringify({ ...SEED, device_id: device });
export const manyRecords = (count) =>
  JSON.stringify(Array.from({ length: count }, (_, index) => ({ ...SEED, device_id: `dev-${index % 100}` })));

/** Answered requests per second with 2xx, or an error if any was answered otherwise. */
export async function requestsPerSecond(url, { body, headers = {}, connections = CONNECTIONS, seconds = 5 }) {
  const load = {
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
    connections,
    duration: seconds,
  };
  const { non2xx, errors, requests } = await autocannon(load);
  if (non2xx > 0 || errors > 0) throw new Error(`${url}: ${non2xx} answers were no 2xx, ${errors} requests failed`);
  return requests.total / seconds;
}

/**
 * What was measured as rows of a table.
 *
 * @param {Record<string, number>} measured
 * @param {{ what: string, base: string, unit?: string }} table `base`: to whose figure the others are a ratio
 */
export function rowsOf(measured, { what, base, unit = 'records/s' }) {
  return Object.entries(measured).map(([variant, value]) => ({
    what,
    variant,
    figure: `${Math.round(value).toLocaleString('en')} ${unit}`,
    ratio: value / measured[base],
  }));
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/**
 * Measures all of them in turn, again and again, so that noise of the machine meets each.
 *
 * @param {Record<string, () => Promise<number>>} measurements
 * @returns {Promise<Record<string, number>>} the median of each
 */
export async function sideBySide(measurements, { rounds = 3 } = {}) {
  const results = Object.fromEntries(Object.keys(measurements).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, measure] of Object.entries(measurements)) {
      const value = await measure();
      if (round > 0) results[name].push(value); // the first round warms up
    }
  }
  return Object.fromEntries(Object.entries(results).map(([name, values]) => [name, median(values)]));
}

/**
 * Measures servers side by side.
 *
 * @template {{ name: string }} Server
 * @param {readonly Server[]} servers
 * @param {(server: Server) => Promise<number>} measure
 * @returns {Promise<Record<string, number>>} the median of each, by its name
 */
export function compare(servers, measure) {
  return sideBySide(Object.fromEntries(servers.map((server) => [server.name, () => measure(server)])));
}

/**
 * Records for each second of CPU that a server uses: whatever else runs on the machine takes its time, not its work.
 *
 * @param {{ child: { pid: number }, url: string }} server `url`: of its `/ingest`
 * @param {object} load as of {@link requestsPerSecond}, with the records of a request
 * @param {() => Promise<void>} settled resolves when all work is done that the load has made
 */
export async function recordsPerCpuSecond({ child, url }, { recordsPerRequest, ...load }, settled = async () => {}) {
  const before = cpuSeconds(child.pid);
  const requests = await requestsPerSecond(url, load);
  await settled();
  return (recordsPerRequest * requests * load.seconds) / (cpuSeconds(child.pid) - before);
}

/**
 * Measures in new processes each time: how well a process has been compiled is chance, and stays with it.
 *
 * @param {() => Promise<Record<string, Record<string, number>>>} measureNew starts the processes, measures each load, and ends them
 * @param {{ base: string, unit: string }} table as of {@link rowsOf}
 * @returns rows with the median of each variant, for each load
 */
export async function inNewProcesses(measureNew, table) {
  const measured = [];
  for (let start = 0; start < STARTS; start++) measured.push(await measureNew());
  return Object.keys(measured[0]).flatMap((what) => {
    const medianOf = (variant) => median(measured.map((each) => each[what][variant]));
    const medians = Object.keys(measured[0][what]).map((variant) => [variant, medianOf(variant)]);
    return rowsOf(Object.fromEntries(medians), { what, ...table });
  });
}
