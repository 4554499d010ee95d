// Reports the processor's temperature once a second, as a Raspberry Pi in a cabinet would: readings outlive power cuts
// in a queue file, and wait there while the network is down.
//
//   SLUICE_URL=http://gateway:8000 node sensor-loop.mjs
//
// SLUICE_URL takes several gateways, separated by commas. READINGS ends the loop after so many; by default it does not end.
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { Device } from '@sluice/device';
import { openQueueFile } from '@sluice/device/node';

const { SLUICE_URL = 'http://127.0.0.1:8000', SLUICE_TOKEN, DEVICE_ID = hostname() } = process.env;
const { QUEUE_FILE = 'sensor-loop.queue', INTERVAL_MS = '1000', READINGS = 'Infinity' } = process.env;

const device = new Device({
  deviceId: DEVICE_ID,
  endpoints: SLUICE_URL.split(','),
  ...(SLUICE_TOKEN && { token: SLUICE_TOKEN }),
  queue: { storage: await openQueueFile(QUEUE_FILE), maxRecords: 100_000, whenFull: 'drop-oldest' },
  onRejected: ({ recordId }, { code }) => console.error(`refused: ${recordId}: ${code}`),
  onDropped: ({ recordId }, reason) => console.error(`lost: ${recordId}: ${reason}`),
});

const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopping.abort());

for (let reading = 1; reading <= Number(READINGS) && !stopping.signal.aborted; reading++) {
  device.report({ reading, temperature_celsius: await temperature() });
  await sleep(Number(INTERVAL_MS), undefined, { signal: stopping.signal }).catch(() => {});
}

const { undelivered } = await device.close();
console.log(`accepted ${device.state().accepted}, still in ${QUEUE_FILE}: ${undelivered}`);

async function temperature() {
  const millidegrees = await readFile('/sys/class/thermal/thermal_zone0/temp', 'utf8').catch(() => undefined);
  // Without a sensor: a slow wave, so that there is something to look at.
  return millidegrees === undefined ? 45 + 5 * Math.sin(Date.now() / 60_000) : Number(millidegrees) / 1000;
}
