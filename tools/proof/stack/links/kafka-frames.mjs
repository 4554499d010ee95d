/** Cuts a stream of bytes into Kafka's messages: four bytes of length, then so many. */
export class Frames {
  #rest = Buffer.alloc(0);

  /** @param {Buffer} bytes @returns {Buffer[]} the messages that are complete now, each with its length */
  read(bytes) {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    const complete = [];
    while (this.#rest.length >= 4) {
      const end = 4 + this.#rest.readInt32BE(0);
      if (this.#rest.length < end) break;
      complete.push(this.#rest.subarray(0, end));
      this.#rest = this.#rest.subarray(end);
    }
    return complete;
  }
}

/** Numbers of Kafka's protocol. */
export const API_KEYS = { Produce: 0, OffsetCommit: 8 };

export const apiKeyOf = (request) => request.readInt16BE(4);
export const requestIdOf = (request) => request.readInt32BE(8);
export const answeredIdOf = (answer) => answer.readInt32BE(4);
