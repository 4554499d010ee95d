// A first attempt at a consumer: KafkaJS as its documentation shows it, a batch in, `insertMany`, ids minted by
// the store. Kept to show what the proof is worth: the same faults, the same load.
import { Kafka, logLevel } from 'kafkajs';
import mongoose from 'mongoose';

const { KAFKA, MONGO, RUN } = process.env;

const record = new mongoose.Schema({ device_id: String, record_id: String, payload: Object }, { minimize: false });
const Record = mongoose.model('Record', record, `records_${RUN}`);
await mongoose.connect(MONGO);

const kafka = new Kafka({ clientId: 'naive', brokers: [KAFKA], logLevel: logLevel.ERROR });
const consumer = kafka.consumer({ groupId: `naive-${RUN}` });
await consumer.connect();
await consumer.subscribe({ topic: 'ingest.events', fromBeginning: false });
await consumer.run({
  eachBatch: async ({ batch }) => {
    const events = batch.messages.map(({ value }) => JSON.parse(value.toString()));
    await Record.insertMany(
      events.map(({ device_id, record_id, data_payload }) => ({ device_id, record_id, payload: data_payload })),
    );
  },
});
