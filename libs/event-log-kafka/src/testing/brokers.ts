/** `host:port` of the Kafka brokers that the suites run on. */
export function brokersForTests(): string {
  const brokers = process.env['KAFKA_BROKERS'];
  if (brokers === undefined) throw new Error('Set KAFKA_BROKERS to host:port of a Kafka broker to run this suite.');
  return brokers;
}
