import { mkdir } from 'node:fs/promises';
import { openEventReader, type ReceivedEvent } from '@sluice/batch-transport/reader';
import { appendEvents, positionsIn } from './hourly-files.ts';

const [directory = './export', url = 'kafka://localhost:9092', group = 'export'] = process.argv.slice(2);

await mkdir(directory, { recursive: true });
/** For each partition, the offset behind the last event that is in the files: what comes again below it is there already. */
const positions = await positionsIn(directory);
const isNew = ({ record }: ReceivedEvent) => record.offset >= (positions.get(record.partition) ?? 0);

const reader = await openEventReader({ url, group });
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => reader.stop());

for await (const { events, unreadable, commit } of reader) {
  const fresh = events.filter(isNew);
  await appendEvents(directory, fresh);
  for (const { record } of fresh) positions.set(record.partition, record.offset + 1);
  for (const { record, reason } of unreadable)
    process.emitWarning(`left out ${record.partition}/${record.offset}: ${reason}`);
  await commit();
}
