// Prints how often the naive consumer has stored each record of its run, as [device id, record id, copies].
import mongoose from 'mongoose';

const { MONGO, RUN } = process.env;
await mongoose.connect(MONGO);
const copies = new Map();
for await (const { device_id, record_id } of mongoose.connection.db.collection(`records_${RUN}`).find({})) {
  const key = JSON.stringify([device_id, record_id]);
  copies.set(key, (copies.get(key) ?? 0) + 1);
}
await mongoose.disconnect();
console.log(JSON.stringify([...copies].map(([key, count]) => [...JSON.parse(key), count])));
