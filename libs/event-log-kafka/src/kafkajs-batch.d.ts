/** The class of the batches that KafkaJS passes to consumers: it leaves out control records and aborted records. */
declare module 'kafkajs/src/consumer/batch.js' {
  import type { Batch } from 'kafkajs';

  const KafkaBatch: new (
    topic: string,
    fetchedOffset: string,
    fetched: { partition: number; messages: unknown[] },
  ) => Batch;
  export default KafkaBatch;
}
