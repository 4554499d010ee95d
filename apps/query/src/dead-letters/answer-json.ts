import type { FastifyReply } from 'fastify';
import { stringifyExact } from '@sluice/contracts';
import type { ReadAdmission } from '@sluice/http';

export interface JsonAnswer<T> {
  value: T;
  send(): void;
}

/**
 * Builds an answer within the memory that all reads share; {@link JsonAnswer.send} sends it to the client.
 *
 * @throws ProblemError `overloaded`, `stopping`; the error of `work`
 */
export async function answerJson<T>(
  reply: FastifyReply,
  admission: ReadAdmission,
  work: () => Promise<T>,
): Promise<JsonAnswer<T>> {
  const read = await admission.enter(reply);
  const { value, bytes } = await read.step(async () => {
    const made = await work();
    return { value: made, bytes: Buffer.from(stringifyExact(made)) };
  });
  const send = (): void => {
    read.give(bytes.length);
    void reply
      .header('content-type', 'application/json; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(bytes);
  };
  return { value, send };
}
