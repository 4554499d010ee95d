/** An HTTP answer, read to its end. `body` is the parsed JSON, or the text if it is none. */
export interface Answer {
  status: number;
  headers: Headers;
  // Its state is under test.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  body: any;
}

/** Sends requests to one address. Nothing is retried, so that a suite sees what a device or a person would see. */
export class HttpClient {
  /** @param headers go with every request, for example a token */
  constructor(
    readonly baseUrl: string,
    private readonly headers: Record<string, string> = {},
  ) {}

  get(path: string): Promise<Answer> {
    return this.send(path, {});
  }

  /** Posts a value as JSON. */
  post(path: string, value: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.postText(path, JSON.stringify(value), headers);
  }

  /** Posts bytes as they are. */
  postText(path: string, body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Answer> {
    const contentType = { 'content-type': 'application/json' };
    return this.send(path, {
      method: 'POST',
      body: body as NonNullable<RequestInit['body']>,
      headers: { ...contentType, ...headers },
    });
  }

  private async send(path: string, init: RequestInit): Promise<Answer> {
    const headers = { ...this.headers, ...(init.headers as Record<string, string> | undefined) };
    const response = await fetch(this.baseUrl + path, { ...init, headers });
    const text = await response.text();
    const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }
}
