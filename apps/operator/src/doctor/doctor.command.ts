import { requireWholeLogin } from '@sluice/archive';
import { eventLogOptions, openEventLog, openRecordStore, recordStoreOptions } from '@sluice/engines';
import { certificateFiles } from '@sluice/process';
import { readSettings } from '@sluice/settings';
import type { Command, CommandContext } from '../command.js';
import { principalOf } from './advice.js';
import { DOCTOR_SETTINGS } from './doctor.settings.js';
import { archiveGroup, archiveNeeds, examineArchive } from './examine-archive.js';
import { examineCertificates } from './examine-certificates.js';
import { describeLog, examineLog } from './examine-log.js';
import { examineStore } from './examine-store.js';
import { logNeeds, SERVICES, STORE_USES } from './needs.js';
import { Report } from './report.js';

const APP = 'doctor';

/** What can be named. The archiver is optional. */
const EXAMINED = [...SERVICES, 'archiver'] as const;
type Examined = (typeof EXAMINED)[number];

const USAGE = `Usage: sluice doctor [gateway|buffer-worker|query|operator|archiver]

Connects to Kafka and MongoDB as that service would, with the settings of this environment, and tests each right
that it needs; without an argument, the rights of all services, and of the archiver if ARCHIVE_URL is set. For each
missing right it prints the kafka-acls.sh line or the MongoDB role that grants it. Exit code 1 if a required right is
missing; missing optional rights are only shown. It changes nothing, except that it writes a probe into the archive
and removes it.

For the archiver it also shows the lag and the newest object.

It also prints the version of the brokers, the clock difference to MongoDB, topic settings that may lose records,
and when certificates expire (TLS_CERT_FILE, KAFKA_CERT_FILE, the one in RECORD_STORE_URL).`;

export const doctor: Command = {
  usage: USAGE,
  async run(args, context) {
    const [name, ...more] = args;
    if (name === '--help' || name === '-h') return (context.output.out(USAGE), 0);
    const named = EXAMINED.filter((service) => service === name);
    if (name === undefined || (named.length > 0 && more.length === 0)) return examine(named, context);
    context.output.note(`doctor: give one of ${EXAMINED.join(', ')}, or nothing for all of them.`);
    return 2;
  },
};

/** @param named empty: all services that this environment has settings for */
async function examine(named: readonly Examined[], { env, output }: CommandContext): Promise<number> {
  const config = readSettings(DOCTOR_SETTINGS, env, [requireWholeLogin]);
  const all = config.archiveUrl === '' ? SERVICES : EXAMINED;
  const report = new Report(output);
  const logOptions = eventLogOptions(config, APP);
  examineCertificates(certificateFiles({ ...config, eventLog: logOptions }), Date.now(), report);
  const log = await openEventLog(logOptions);
  const store = await openRecordStore(recordStoreOptions(config, APP));
  try {
    const principal = principalOf(logOptions.kafka);
    for (const service of named.length === 0 ? all : named) {
      report.heading(service);
      if (service === 'archiver') {
        await examineLog(log, archiveNeeds(log.names.events, archiveGroup(config)), principal, report);
        await examineArchive(log, config, report);
      } else {
        await examineLog(log, logNeeds(log.names)[service], principal, report);
        await examineStore(store, STORE_USES[service], report);
      }
    }
    report.heading('engines');
    await describeLog(log, config.maxPayloadBytes, report);
  } finally {
    await Promise.all([log.close(), store.close()]);
  }
  return report.isMissing ? 1 : 0;
}
