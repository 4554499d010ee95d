/** One block of an event stream. */
export interface StreamBlock {
  id?: string;
  event?: string;
  /** Parsed as JSON. */
  data?: unknown;
}

/** Reads an event stream one block at a time, and does not read ahead. */
export class StreamClient {
  private readonly leave = new AbortController();
  private body: ReadableStreamDefaultReader<string> | undefined;
  private text = '';
  /** The last id. */
  lastId = '';

  private constructor() {}

  /** @throws if the answer is not a stream */
  static async open(url: string, headers: Record<string, string> = {}): Promise<StreamClient> {
    const client = new StreamClient();
    const response = await fetch(url, { headers, signal: client.leave.signal });
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    client.body = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    return client;
  }

  /** The next block, or `undefined` at the end of the stream. */
  async next(): Promise<StreamBlock | undefined> {
    while (!this.text.includes('\n\n')) {
      const { done, value } = await this.body!.read();
      if (done) return undefined;
      this.text += value;
    }
    const end = this.text.indexOf('\n\n');
    const block = blockOf(this.text.slice(0, end));
    this.text = this.text.slice(end + 2);
    this.lastId = block.id ?? this.lastId;
    return block;
  }

  /** The next blocks that have data: this many, or fewer at the end of the stream. */
  async take<T = Record<string, unknown>>(count: number): Promise<(StreamBlock & { data: T })[]> {
    const taken: (StreamBlock & { data: T })[] = [];
    while (taken.length < count) {
      const block = await this.next();
      if (block === undefined) break;
      if (block.data !== undefined) taken.push(block as StreamBlock & { data: T });
    }
    return taken;
  }

  close(): void {
    this.leave.abort();
  }
}

function blockOf(text: string): StreamBlock {
  const fields = text.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]);
  const block: Record<string, unknown> = Object.fromEntries(fields);
  return typeof block['data'] === 'string' ? { ...block, data: JSON.parse(block['data']) as unknown } : block;
}
