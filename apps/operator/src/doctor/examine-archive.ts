import {
  ARCHIVE_GROUP,
  ArchiveError,
  newestObject,
  type ObjectStore,
  openObjectStore,
  probeObjectStore,
} from '@sluice/archive';
import { type BufferInspector, EventLogError, type EventLog, type PartitionPosition } from '@sluice/event-log';
import type { Config } from '@sluice/settings';
import type { DOCTOR_SETTINGS } from './doctor.settings.js';
import type { Need } from './needs.js';
import type { Report } from './report.js';

type DoctorConfig = Config<typeof DOCTOR_SETTINGS>;

/** Beside the age at which an object is closed: what an upload and its repetitions may take. */
const GRACE_MS = 60_000;

export function archiveGroup({ kafkaPrefix }: Pick<DoctorConfig, 'kafkaPrefix'>): string {
  return kafkaPrefix + ARCHIVE_GROUP;
}

/** The rights of the archiver on Kafka, and no others. */
export function archiveNeeds(topic: string, group: string): readonly Need[] {
  return [{ right: { operation: 'Read', on: { topic } } }, { right: { operation: 'Read', on: { group } } }];
}

/** Whether the archiver can write objects, and whether it does. */
export async function examineArchive(log: EventLog, config: DoctorConfig, report: Report): Promise<void> {
  if (config.archiveUrl === '')
    return report.missing('ARCHIVE_URL is not set; set it to s3://bucket/prefix or file:<directory>.');
  try {
    const store = await openObjectStore(config);
    try {
      await examineObjects(store, config, report);
    } finally {
      store.close();
    }
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    report.missing(error.message);
  }
  await examineLag(log.inspect({ group: archiveGroup(config), topic: log.names.events }), config, report);
}

async function examineObjects(store: ObjectStore, config: DoctorConfig, report: Report): Promise<void> {
  const { ignoresConditions, remains } = await probeObjectStore(store, config.archiveSpoolDir);
  report.ok(`objects can be written to ${store.location}`);
  if (ignoresConditions && config.archiveS3ConditionalWrites === 'required')
    report.missing(
      `The object store of ${store.location} ignores If-None-Match: set ARCHIVE_S3_CONDITIONAL_WRITES=off and run one archiver only.`,
    );
  if (remains !== undefined)
    report.note(
      `the probe _sluice-doctor could not be removed (${remains.code}): remove it, or allow s3:DeleteObject for the doctor; the archiver does not need it`,
    );
  const newest = await newestObject(store, Date.now());
  if (newest === undefined) report.note('the last 14 days have no object');
  else report.note(`the newest object was stored ${ageText(Date.now() - newest.storedAtMs)} ago: ${newest.key}`);
}

/** A record that waits for longer than an object stays open means that no archiver runs, or that it does not get on. */
export async function examineLag(
  inspector: BufferInspector,
  config: Pick<DoctorConfig, 'archiveMaxAgeMs'>,
  report: Report,
): Promise<void> {
  try {
    const positions = await inspector.positions();
    const expired = positions.reduce((sum, { expired: removed = 0 }) => sum + removed, 0);
    if (expired > 0)
      report.missing(
        `The event log has removed ${expired} records before they were archived: they are only in the record store; keep the archiver running, and set the retention of the topic longer than its longest outage.`,
      );
    const waiting = positions.filter(({ committed, high }) => high > committed);
    const lag = waiting.reduce((sum, { committed, high }) => sum + high - committed, 0);
    if (waiting.length === 0) return report.ok('no record waits for the archiver');
    const age = Date.now() - (await oldestOf(inspector, waiting));
    const text = `${lag} records wait for the archiver, the oldest since ${ageText(age)}`;
    if (age <= config.archiveMaxAgeMs + GRACE_MS) return report.ok(text);
    const advice = (await inspector.members()) === 0 ? NONE_RUNS : ONE_RUNS;
    report.missing(`${text}, longer than an object stays open (ARCHIVE_MAX_AGE_MS): ${advice}.`);
  } catch (error) {
    if (!(error instanceof EventLogError)) throw error;
    report.missing(error.message);
  }
}

const NONE_RUNS = 'no archiver is in its group, so start one';
const ONE_RUNS =
  'an archiver runs: if it has just started, wait for its first object; else see in its log why it is paused or behind';

/** The time of the oldest record that waits, in milliseconds since 1970. */
async function oldestOf(inspector: BufferInspector, waiting: readonly PartitionPosition[]): Promise<number> {
  const first = ({ partition, committed, high }: PartitionPosition) =>
    inspector.peek({ partition, fromOffset: committed, toOffset: high, maxRecords: 1 });
  const records = (await Promise.all(waiting.map(first))).flat();
  return Math.min(Date.now(), ...records.map(({ timestampMs }) => timestampMs));
}

const UNITS = [
  ['days', 86_400_000],
  ['hours', 3_600_000],
  ['minutes', 60_000],
  ['seconds', 1_000],
] as const;

/** "12 minutes": one unit, rounded down, of which there are two or more. */
function ageText(ms: number): string {
  const [unit, length] = UNITS.find(([, length]) => ms >= 2 * length) ?? ['seconds', 1_000];
  return `${Math.max(0, Math.floor(ms / length))} ${unit}`;
}
