import { IDLE, ServedConsole } from './served-console.js';

const AT = '2025-09-09T17:00:00.000Z';
const payload = { temp: 21.5, humidity: 40, status: { ok: true, code: 'run' }, note: null };
const record = (device_id: string, n: number) => ({
  ...{ device_id, record_id: `r-${n}`, timestamp: AT, received_at: AT, stored_at: AT, data_payload: payload },
});
const page = { has_more: true, next_cursor: 'c' };

const letter = {
  ...{ partition: 3, offset: 17, reason: 'key-conflict', detail: 'The key is taken by another payload.' },
  ...{ device_id: 'dev-2', record_id: 'r-1', dead_lettered_at: AT, redrive_count: 0, size_bytes: 120 },
  ...{ value: JSON.stringify(record('dev-2', 1)), value_is_cut: false, disposition: null },
};

const redrive = {
  ...{ id: '01992f6b', state: 'running', created_at: AT, waiting_for: 'buffer_lag' },
  counts: { read: 10, matched: 10, published: 4, refused: 1, skipped: 2 },
};

/** Something in every place of the console. */
export function fullConsole(): ServedConsole {
  const served = new ServedConsole();
  served.show({
    recent: ['waiting', 'stored', 'dead_lettered', 'settled'].map((state) => ({
      ...{ received_at: IDLE['at'], device_id: 'dev-2', record_id: 'r', preview: '{"temp":21.5}', state },
    })),
    dead_letters: { total: 7, undecided: 6, counted: 7, reasons: { 'key-conflict': 7 } },
    parts: {
      event_log: { state: 'up', reason: null },
      buffer_worker: { state: 'paused', reason: 'poison_flood' },
      record_store: { state: 'down', reason: null },
    },
    buffer: {
      ...(IDLE['buffer'] as object),
      waiting: 5,
      partitions: [
        { partition: 0, lag: 5, oldest_age_seconds: 2 },
        { partition: 1, lag: 0, oldest_age_seconds: null },
      ],
    },
  });
  served.append(record('dev-2', 1), record('x'.repeat(128), 2));
  const answers = {
    '/devices': {
      devices: [
        { device_id: 'hall-1', last_timestamp: AT, last_received_at: AT },
        { device_id: 'x'.repeat(128), last_timestamp: null, last_received_at: AT },
      ],
      ...{ ...page, complete_through: AT },
    },
    '/latest': { records: [{ ...record('hall-1', 1), ahead: null }], not_found: [], complete_through: AT },
    '/records/hall-1/latest': {
      ...record('hall-1', 1),
      ...{ ahead: { record_id: 'r-9', timestamp: '2099-01-01T00:00:00Z', received_at: AT }, complete_through: AT },
    },
    '/records/hall-1/series': {
      points: Array.from({ length: 60 }, (_, n) => ({
        timestamp: new Date(Date.parse(AT) - (60 - n) * 50_000).toISOString(),
        value: 20 + Math.sin(n / 6),
      })),
      ...{ gaps: [], missing: 2, non_numeric: 1, complete_through: AT },
    },
    '/endpoints': { endpoints: [{ url: 'https://gateway-1:8443', draining: true }] },
    '/records': { records: [record('dev-2', 1), record('x'.repeat(128), 2)], ...page, complete_through: AT },
    '/dead-letters': { letters: [letter], ...page, partial: false },
    '/dead-letters/summary': {
      ...{ total: 7, without_disposition: 6, scanned: 7, partial: false, by_reason: { 'key-conflict': 7 } },
    },
    '/dead-letters/3/17': {
      ...letter,
      ...{ attempts: 1, origin: { topic: 'ingest.events', partition: 1, offset: 4 }, value_base64: 'e30=' },
      headers: { 'dead-letter-reason': 'key-conflict', 'x-long': 'y'.repeat(200) },
      check: { would: 'fail', reason: 'key-conflict', detail: 'Another payload is stored.' },
      ...{ stored: record('dev-2', 1), verdict: null },
    },
    '/redrives': { redrives: [redrive, { ...redrive, id: '2', state: 'failed', error: 'The topic is gone.' }] },
    '/limits': {
      limits: [
        { name: 'MAX_BODY_BYTES', value: 1024, default: 8_388_608, description: 'Largest request body.' },
        { name: 'AUTH', value: 'open', default: 'open', description: 'Who may send.' },
      ],
      ...{ rejected: { timestamp: 4, device_id: 0 }, since: AT },
    },
    '/tokens': {
      access: 'tokens',
      tokens: ['valid', 'revoked'].map((state) => ({
        ...{ id: 'e16a6683c312', holder: 'readers', scopes: ['read'], created_at: AT, expires_at: null },
        ...{ last_used_at: null, state },
      })),
    },
  };
  for (const [path, answer] of Object.entries(answers)) served.answers.set(path, answer);
  return served;
}
