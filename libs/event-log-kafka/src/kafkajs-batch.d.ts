/** The class of the batches that KafkaJS hands to consumers: it leaves out control records and what was aborted. */
declare module 'kafkajs/src/consumer/batch.js' {
  import type { Batch } from 'kafkajs';

  const KafkaBatch: new (
    topic: string,
    fetchedOffset: string,
    fetched: { partition: number; messages: unknown[] },
  ) => Batch;
  export default KafkaBatch;
}
