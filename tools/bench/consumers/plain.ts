// The plainest loop there is: KafkaJS eachBatch, JSON.parse, one unordered bulkWrite for each batch.
import { Kafka, logLevel } from 'kafkajs';
import mongoose from 'mongoose';
import { BROKERS, GROUP, MeasuredRun, MONGO_URL, STORE, TOPIC } from './measured-run.js';

interface Document {
  _id: string;
  device_id: string;
  record_id: string;
}

process.removeAllListeners('warning');
const connection = STORE === 'null' ? undefined : await mongoose.createConnection(MONGO_URL).asPromise();
const collection = connection?.collection<Document>('plain');
const kafka = new Kafka({ brokers: [BROKERS], logLevel: logLevel.NOTHING });
const consumer = kafka.consumer({ groupId: GROUP });
const run = new MeasuredRun();

await consumer.connect();
await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
await consumer.run({
  eachBatch: async ({ batch }) => {
    run.begin();
    const operations = batch.messages.map(({ value }) => {
      const event = JSON.parse(value!.toString()) as Omit<Document, '_id'>;
      return { insertOne: { document: { _id: `${event.device_id}/${event.record_id}`, ...event } } };
    });
    await collection?.bulkWrite(operations, { ordered: false });
    run.add(operations.length);
  },
});
