import { History } from './measurements.js';

const whole = new Intl.NumberFormat('en');
const fraction = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });

const STATES = { up: 'answers', paused: 'paused', down: 'does not answer', unknown: 'unknown' };
const RECORD_STATES = { waiting: 'waiting', stored: 'stored', dead_lettered: 'dead-lettered', settled: 'settled' };
const REASONS = {
  no_worker: 'none is running',
  store_unreachable: 'the record store does not answer',
  log_unreachable: 'the event log does not answer',
  handler_failed: 'the worker has failed and tries again',
  poison_flood: 'too many records cannot be stored',
  foreign_group_member: 'another client is in its consumer group',
  foreign_commit: 'another client has committed in its consumer group',
};

/** A record that waits longer has not come just now. */
const LATE_SECONDS = 5;

const history = { in: new History(), out: new History(), waiting: new History() };

const byId = (id) => document.getElementById(id);

/** What comes from elsewhere becomes text, never markup. */
export function setText(id, text) {
  const element = byId(id);
  if (element.textContent !== text) element.textContent = text;
}

function element(name, text = '', attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function fill(id, items, empty) {
  byId(id).replaceChildren(...(items.length > 0 ? items : [element('li', empty, { class: 'empty' })]));
}

export function showSample({ rates, buffer, recent, dead_letters: deadLetters, parts }) {
  const dead = deadLetters?.total ?? 0;
  const headline = headlineOf(buffer, parts, dead);
  showHeadline(headline);
  showDeadAlert(dead, headline.kind === DEAD);
  showFlow(rates, buffer);
  for (const [name, { state, reason }] of Object.entries(parts)) showPart(name, state, reason);
  showPartitions(buffer);
  showRecent(recent);
  showDeadLetters(deadLetters);
}

/** The headline of a system that works and has dead letters. */
const DEAD = 'dead-lettered';

/** `kind` says when a screen reader reads the headline out: at each change of state, and not at each change of a number. */
function headlineOf(buffer, { event_log: log, record_store: store }, dead) {
  const bad = (text) => ({ tone: 'bad', text, kind: text });
  const warn = (text, kind = text) => ({ tone: 'warn', text, kind });
  if (log.state === 'down') return bad('The event log does not answer.');
  if (buffer?.state === 'paused') return bad(`Records wait: ${REASONS[buffer.reason] ?? buffer.reason}.`);
  if (store.state === 'down') return bad('The record store does not answer.');
  if (isLate(buffer)) return warn('Records wait: the worker is catching up.');
  if (dead > 0) return warn(`${deadText(dead)}. The others are stored as they come.`, DEAD);
  return { tone: 'good', text: 'Records are stored as they come.', kind: 'good' };
}

function isLate(buffer) {
  return buffer?.oldest_age_seconds > LATE_SECONDS;
}

function deadText(count) {
  return count === 1 ? '1 record was dead-lettered' : `${whole.format(count)} records were dead-lettered`;
}

function showHeadline({ tone, text, kind }) {
  const headline = byId('headline');
  setText('headline', text);
  if (headline.dataset.kind !== kind) setText('announcement', text);
  headline.dataset.kind = kind;
  headline.dataset.tone = tone;
}

function showDeadAlert(count, isInHeadline) {
  byId('dead-alert').hidden = count === 0;
  setText('dead-total', isInHeadline ? 'Dead-lettered records are not in the record store.' : `${deadText(count)}.`);
}

function showFlow(rates, buffer) {
  const oldest = buffer?.oldest_age_seconds;
  setText('rate-in', rates ? fraction.format(rates.in_per_second) : '–');
  setText('rate-out', rates ? fraction.format(rates.out_per_second) : '–');
  setText('waiting', buffer ? whole.format(buffer.waiting) : '–');
  setText('oldest', buffer ? ageText(oldest) : '–');
  const tone = isLate(buffer) ? 'warn' : 'good';
  for (const id of ['waiting', 'oldest']) byId(id).dataset.tone = tone;
  showLine('in', rates?.in_per_second);
  showLine('out', rates?.out_per_second);
  showLine('waiting', buffer?.waiting);
}

function ageText(seconds) {
  if (seconds === null || seconds === undefined) return 'none';
  if (seconds < 120) return `${fraction.format(seconds)} s`;
  return seconds < 7200 ? `${whole.format(seconds / 60)} min` : `${whole.format(seconds / 3600)} h`;
}

function showLine(name, value) {
  history[name].add(value ?? 0);
  const line = document.createElementNS('http://www.w3.org/2000/svg', 'polyline');
  line.setAttribute('points', history[name].points);
  byId(`line-${name}`).replaceChildren(line);
}

export function showPart(name, state, reason) {
  const part = byId(`part-${name}`);
  part.dataset.state = state;
  const text = reason ? (REASONS[reason] ?? reason) : STATES[state];
  const shown = part.querySelector('span');
  if (shown.textContent !== text) shown.textContent = text;
}

function showPartitions(buffer) {
  const partitions = buffer?.partitions ?? [];
  const most = Math.max(1, ...partitions.map(({ lag }) => lag));
  const items = partitions.map(({ partition, lag, oldest_age_seconds: age }) => {
    const item = element('li');
    const meter = element('meter', '', { max: most, value: lag, 'aria-label': `waiting in partition ${partition}` });
    const ageCell = element('span', lag === 0 ? '' : age === null ? '–' : ageText(age));
    item.append(element('b', String(partition)), meter, element('span', whole.format(lag)), ageCell);
    return item;
  });
  fill('partitions', items, 'Not known while the event log does not answer.');
}

function showRecent(recent) {
  const items = (recent ?? []).map((record) => {
    const item = element('li');
    const time = element('time', clock.format(new Date(record.received_at)), { datetime: record.received_at });
    const state = RECORD_STATES[record.state] ?? record.state;
    item.append(time, element('span', state, { 'data-state': record.state }), deviceOf(record));
    item.append(element('code', record.preview));
    return item;
  });
  fill('recent', items, recent ? 'No record yet: send one.' : 'Not known yet.');
}

function deviceOf({ device_id: device, record_id: id }) {
  if (device === null) return element('span', 'unreadable');
  return element('a', device, { href: recordPath(device, id) });
}

export function recordPath(device, id) {
  return `/records/${encodeURIComponent(device)}/${encodeURIComponent(id)}`;
}

function showDeadLetters(deadLetters) {
  showCounts('dead', new Map(Object.entries(deadLetters?.reasons ?? {})), deadLetters ? 'None.' : 'Not known yet.');
  const isPart = deadLetters && deadLetters.counted < deadLetters.total;
  const note = isPart
    ? `The newest ${whole.format(deadLetters.counted)} of ${whole.format(deadLetters.total)} in the dead-letter topic.`
    : 'In the dead-letter topic.';
  setText('dead-note', note);
}

/** @param {Map<string, number> | undefined} counts by reason */
export function showRejected(counts) {
  showCounts(
    'rejected',
    counts ?? new Map(),
    counts ? 'None.' : 'Not known: this address does not show the metrics of a gateway.',
  );
}

function showCounts(id, counts, empty) {
  const rows = [...counts].filter(([, count]) => count > 0).sort(([, one], [, other]) => other - one);
  const items = rows.map(([reason, count]) => {
    const item = element('li');
    item.append(element('span', reason), element('b', whole.format(count)));
    return item;
  });
  fill(id, items, empty);
}

export function showSent(text, tone) {
  byId('sent').dataset.tone = tone;
  setText('sent', text);
}
