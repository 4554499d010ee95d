import { connect, createServer } from 'node:net';
import { API_KEYS, Frames, answeredIdOf, apiKeyOf, requestIdOf } from './kafka-frames.mjs';

/**
 * One way between two services. What it does with the bytes:
 *
 *   open       passes them on
 *   cut        ends every connection, and each new one
 *   silent     passes nothing on and ends nothing, as when a cable is pulled; what was sent meanwhile arrives when it is open again
 *   unanswered passes requests on and drops what comes back; connections end with it, since their answers have a hole
 *   hold       keeps Kafka requests of one kind, and what follows them, back permanently; with `after`, from the first request of
 *              that kind on
 *   swallow    drops the answers to Kafka requests of one kind
 */
export class Link {
  mode = 'open';
  #api;
  #awaited;
  #connections = new Set();
  counts = { connections: 0, requestBytes: 0, held: 0, swallowed: 0, dropped: 0 };

  constructor(name, listen, to) {
    this.name = name;
    this.to = to;
    this.isKafka = name.endsWith('-kafka');
    createServer((client) => this.#accept(client)).listen(listen);
  }

  /** @param {{ mode: string, api?: keyof typeof API_KEYS, after?: keyof typeof API_KEYS }} wanted */
  set({ mode, api, after }) {
    const isBroken = this.mode === 'unanswered' || mode === 'cut';
    this.mode = mode;
    this.#api = API_KEYS[api];
    this.#awaited = API_KEYS[after];
    this.counts = { connections: this.counts.connections, requestBytes: 0, held: 0, swallowed: 0, dropped: 0 };
    for (const connection of this.#connections) isBroken ? connection.end() : connection.resume();
  }

  #accept(client) {
    if (this.mode === 'cut') return client.destroy();
    this.counts.connections++;
    const connection = new Connection(this, client, connect(this.to));
    this.#connections.add(connection);
    connection.closed.then(() => this.#connections.delete(connection));
  }

  holds(request) {
    const apiKey = apiKeyOf(request);
    if (apiKey === this.#awaited) this.#awaited = undefined;
    if (this.mode !== 'hold' || this.#awaited !== undefined || apiKey !== this.#api) return false;
    this.counts.held++;
    return true;
  }

  swallows(apiKey) {
    if (this.mode !== 'swallow' || apiKey !== this.#api) return false;
    this.counts.swallowed++;
    return true;
  }
}

class Connection {
  #requests = new Frames();
  #answers = new Frames();
  #apiKeys = new Map();
  #isHeld = false;

  constructor(link, client, server) {
    Object.assign(this, { link, client, server });
    const ended = Promise.withResolvers();
    this.closed = ended.promise;
    for (const socket of [client, server]) {
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => (this.end(), ended.resolve()));
    }
    this.#pass(client, server, (bytes) => this.#sent(bytes));
    this.#pass(server, client, (bytes) => this.#answered(bytes));
  }

  end() {
    this.client.destroy();
    this.server.destroy();
  }

  resume() {
    for (const socket of [this.client, this.server]) socket.emit('readable');
  }

  /** Bytes are read only while the link is not silent: what is not read waits in the sockets. */
  #pass(from, to, through) {
    from.on('readable', () => {
      if (this.link.mode === 'silent') return;
      for (let bytes = from.read(); bytes !== null; bytes = from.read()) {
        for (const part of through(bytes)) to.write(part);
      }
    });
  }

  #sent(bytes) {
    if (this.#isHeld) return [];
    this.link.counts.requestBytes += bytes.length;
    return this.link.isKafka ? this.#requests.read(bytes).filter((request) => this.#mayPass(request)) : [bytes];
  }

  #mayPass(request) {
    this.#isHeld ||= this.link.holds(request);
    if (!this.#isHeld) this.#apiKeys.set(requestIdOf(request), apiKeyOf(request));
    return !this.#isHeld;
  }

  #answered(bytes) {
    if (this.link.mode === 'unanswered') this.link.counts.dropped++;
    if (this.link.mode === 'unanswered') return [];
    if (!this.link.isKafka) return [bytes];
    return this.#answers.read(bytes).filter((answer) => {
      const apiKey = this.#apiKeys.get(answeredIdOf(answer));
      this.#apiKeys.delete(answeredIdOf(answer));
      return !this.link.swallows(apiKey);
    });
  }
}
