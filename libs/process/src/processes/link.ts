import { inTime } from '@sluice/async';

/** One end of the message channel between two processes: `process` in a child, the child in its parent. */
export interface Channel {
  send?(message: object, handle?: undefined, options?: undefined, onSent?: (error: Error | null) => void): boolean;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

interface Ask {
  sluice: 'ask';
  /** Left out: no answer is expected. */
  id?: number;
  name: string;
  body?: unknown;
}

interface Answer {
  sluice: 'answer';
  id: number;
  body?: unknown;
  /** Why the other side could not answer. */
  fault?: string;
}

/** Questions and answers over a channel, in both directions. A body is what JSON can carry. Messages of others are left alone. */
export class Link {
  readonly #handlers = new Map<string, (body: never) => unknown>();
  readonly #open = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;

  constructor(private readonly channel: Channel) {
    channel.on('message', (message) => this.receive(message as Partial<Ask | Answer> | null));
  }

  /** @param handle gives the answer; what it throws reaches the asking side as its message */
  answer<Question>(name: string, handle: (body: Question) => unknown): void {
    this.#handlers.set(name, handle);
  }

  /** @throws Error if the other side cannot answer, does not within `timeoutMs`, or has ended */
  async ask<T>(name: string, timeoutMs: number, body?: unknown): Promise<T> {
    const id = ++this.#lastId;
    const open = Promise.withResolvers<unknown>();
    this.#open.set(id, open);
    try {
      this.send({ sluice: 'ask', id, name, body }, open.reject);
      return (await inTime(timeoutMs, open.promise, () => new Error('no answer in time'))) as T;
    } finally {
      this.#open.delete(id);
    }
  }

  /** Sends what needs no answer. It is lost if the other side has ended. */
  notify(name: string, body?: unknown): void {
    this.send({ sluice: 'ask', name, body });
  }

  /** The other side has ended: nothing that is open will be answered. */
  close(): void {
    for (const { reject } of this.#open.values()) reject(new Error('the process has ended'));
  }

  private receive(message: Partial<Ask | Answer> | null): void {
    if (message?.sluice === 'ask') void this.answerTo(message as Ask);
    else if (message?.sluice === 'answer') this.answered(message as Answer);
  }

  private async answerTo({ id, name, body }: Ask): Promise<void> {
    const reply = (answer: Pick<Answer, 'body' | 'fault'>): void => {
      if (id !== undefined) this.send({ sluice: 'answer', id, ...answer });
    };
    try {
      const handle = this.#handlers.get(name);
      if (handle === undefined) throw new Error(`it does not know ${name}`);
      reply({ body: await handle(body as never) });
    } catch (error) {
      reply({ fault: (error as Error).message });
    }
  }

  private answered({ id, body, fault }: Answer): void {
    const open = this.#open.get(id);
    if (fault === undefined) open?.resolve(body);
    else open?.reject(new Error(fault));
  }

  private send(message: Ask | Answer, onFault: (error: Error) => void = () => undefined): void {
    this.channel.send?.(message, undefined, undefined, (error) => error && onFault(error));
  }
}
