// The plainest loop there is: KafkaJS eachBatch, JSON.parse, one unordered bulkWrite for each batch.
import { Kafka, logLevel } from 'kafkajs';
import mongoose from 'mongoose';

const { BROKERS, MONGO_URL, TOPIC, GROUP, COUNT, STORE } = process.env;
process.removeAllListeners('warning');
const connection = STORE === 'null' ? undefined : await mongoose.createConnection(MONGO_URL).asPromise();
const collection = connection?.collection('plain');
const kafka = new Kafka({ brokers: [BROKERS], logLevel: logLevel.NOTHING });
const consumer = kafka.consumer({ groupId: GROUP });
let seen = 0;
let began;
let cpu;

await consumer.connect();
await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
await consumer.run({
  eachBatch: async ({ batch }) => {
    began ??= process.hrtime.bigint();
    cpu ??= process.cpuUsage();
    const operations = batch.messages.map(({ value }) => {
      const event = JSON.parse(value.toString());
      return { insertOne: { document: { _id: `${event.device_id}/${event.record_id}`, ...event } } };
    });
    await collection?.bulkWrite(operations, { ordered: false });
    seen += operations.length;
    if (seen >= Number(COUNT)) report();
  },
});

function report() {
  const { user, system } = process.cpuUsage(cpu);
  const seconds = Number(process.hrtime.bigint() - began) / 1e9;
  process.send({ cpuMicros: (user + system) / seen, perSecond: seen / seconds });
}
