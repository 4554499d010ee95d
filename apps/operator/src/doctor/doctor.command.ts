import { eventLogOptions, openEventLog, openRecordStore, recordStoreOptions } from '@sluice/engines';
import { certificateFiles } from '@sluice/process';
import { readSettings } from '@sluice/settings';
import type { Command, CommandContext } from '../command.js';
import { principalOf } from './advice.js';
import { DOCTOR_SETTINGS } from './doctor.settings.js';
import { examineCertificates } from './examine-certificates.js';
import { describeLog, examineLog } from './examine-log.js';
import { examineStore } from './examine-store.js';
import { logNeeds, SERVICES, type ServiceName, STORE_USES } from './needs.js';
import { Report } from './report.js';

const APP = 'doctor';

const USAGE = `Usage: sluice doctor [gateway|buffer-worker|query|operator]

Connects to Kafka and MongoDB as that service would, with the settings of this environment, and tests each right
that it needs; without an argument, the rights of all services. It changes nothing. For each missing right it prints
the kafka-acls.sh line or the MongoDB role that grants it. Exit code 1 if a required right is missing; missing
optional rights are only shown.

It also prints the version of the brokers, the clock difference to MongoDB, topic settings that may lose records,
and when certificates expire (TLS_CERT_FILE, KAFKA_CERT_FILE, the one in RECORD_STORE_URL).`;

export const doctor: Command = {
  usage: USAGE,
  async run(args, context) {
    const [name, ...more] = args;
    if (name === '--help' || name === '-h') return (context.output.out(USAGE), 0);
    const services = name === undefined ? SERVICES : SERVICES.filter((service) => service === name);
    if (services.length > 0 && more.length === 0) return examine(services, context);
    context.output.note(`doctor: give one of ${SERVICES.join(', ')}, or nothing for all of them.`);
    return 2;
  },
};

async function examine(services: readonly ServiceName[], { env, output }: CommandContext): Promise<number> {
  const config = readSettings(DOCTOR_SETTINGS, env);
  const report = new Report(output);
  const logOptions = eventLogOptions(config, APP);
  examineCertificates(certificateFiles({ ...config, eventLog: logOptions }), Date.now(), report);
  const log = await openEventLog(logOptions);
  const store = await openRecordStore(recordStoreOptions(config, APP));
  try {
    for (const service of services) {
      report.heading(service);
      await examineLog(log, logNeeds(log.names)[service], principalOf(logOptions.kafka), report);
      await examineStore(store, STORE_USES[service], report);
    }
    report.heading('engines');
    await describeLog(log, config.maxPayloadBytes, report);
  } finally {
    await Promise.all([log.close(), store.close()]);
  }
  return report.isMissing ? 1 : 0;
}
