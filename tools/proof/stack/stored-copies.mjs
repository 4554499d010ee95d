// Prints every stored record, a line each: one pass over the collection, where pages of a device would be a pass each on a store that
// finds no index for them.
import mongoose from 'mongoose';

const LINES_AT_ONCE = 5_000;

const { connection } = await mongoose.connect('mongodb://mongo:27017/sluice');
let lines = [];
for await (const document of connection.db.collection('records').find({})) {
  const { device_id, record_id, timestamp_text: timestamp, stored_at, data_payload } = document;
  lines.push(JSON.stringify({ device_id, record_id, timestamp, stored_at, data_payload }));
  if (lines.length === LINES_AT_ONCE) await print();
}
await print();
await mongoose.disconnect();

async function print() {
  const text = lines.map((line) => `${line}\n`).join('');
  lines = [];
  await new Promise((resolve) => process.stdout.write(text, resolve));
}
