import { followEvents } from './event-stream.js';
import { rejectedByReason } from './measurements.js';
import { recordPath, setText, showPart, showRejected, showSample, showSent } from './view.js';

const RECONNECT_MS = 2_000;
const GATEWAY_EVERY_MS = 5_000;
const LOOK_EVERY_MS = 250;
const LOOKS = 40;
/** Kept for this tab only, and gone with it. */
const TOKEN_KEY = 'sluice-token';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const isAsked = (status) => status === 401 || status === 403;

let newToken = Promise.withResolvers();

function headers() {
  const token = sessionStorage.getItem(TOKEN_KEY);
  return token ? { authorization: `Bearer ${token}` } : {};
}

const ask = (path, init = {}) =>
  fetch(path, { cache: 'no-store', ...init, headers: { ...headers(), ...init.headers } });

async function followSamples() {
  for (;;) {
    try {
      await followEvents('/status/events', headers(), (sample) => {
        setText('connection', `Live. Last figures: ${new Date(sample.at).toLocaleTimeString()}.`);
        showSample(sample);
      });
      setText('connection', 'The stream has ended; connecting again…');
    } catch (error) {
      setText('connection', `Not live: ${error.message} Connecting again…`);
      if (isAsked(error.status)) await askForToken(error.message);
    }
    await pause(RECONNECT_MS);
  }
}

async function askForToken(reason) {
  setText('access-reason', reason);
  document.getElementById('access').hidden = false;
  newToken = Promise.withResolvers();
  await newToken.promise;
}

document.getElementById('access').addEventListener('submit', (submitted) => {
  submitted.preventDefault();
  const field = document.getElementById('token');
  sessionStorage.setItem(TOKEN_KEY, field.value.trim());
  field.value = '';
  submitted.target.hidden = true;
  newToken.resolve();
});

/** What only the gateway behind this address knows. Not asked while nobody sees the page. */
async function followGateway() {
  for (;;) {
    if (!document.hidden) await showGateway();
    await pause(GATEWAY_EVERY_MS);
  }
}

async function showGateway() {
  try {
    const [ready, metrics] = await Promise.all([ask('/health/ready'), ask('/metrics')]);
    const rejected = metrics.ok ? rejectedByReason(await metrics.text()) : undefined;
    showRejected(rejected);
    showPart('gateway', ready.ok ? 'up' : 'down', ready.ok ? undefined : 'it is not ready');
  } catch {
    showPart('gateway', 'down');
  }
}

document.getElementById('record').addEventListener('submit', (submitted) => {
  submitted.preventDefault();
  void sendRecord(document.getElementById('device').value, document.getElementById('payload').value);
});

/** The payload goes as it was written: what is wrong with it, the gateway says. */
async function sendRecord(device, payload) {
  showSent('Sending…');
  const timestamp = JSON.stringify(new Date().toISOString());
  const body = `{"device_id": ${JSON.stringify(device)}, "timestamp": ${timestamp}, "data_payload": ${payload}}`;
  try {
    const response = await ask('/ingest', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const answer = await response.json();
    if (!response.ok) return showSent(`${response.status} ${answer.title}. ${answer.detail}`, 'bad');
    showSent(`Accepted as ${answer.record_id}, and durable in the event log.`, 'good');
    await followRecord(device, answer.record_id);
  } catch (error) {
    showSent(`Not sent: ${error.message}`, 'bad');
  }
}

async function followRecord(device, id) {
  for (let look = 0; look < LOOKS; look++) {
    const response = await ask(recordPath(device, id));
    if (!response.ok) return;
    const { state, reason } = await response.json();
    if (state === 'stored') return showSent(`Accepted as ${id}, and stored.`, 'good');
    if (state === 'dead_lettered') return showSent(`Accepted as ${id}, and dead-lettered: ${reason}.`, 'warn');
    await pause(LOOK_EVERY_MS);
  }
}

void followSamples();
void followGateway();
