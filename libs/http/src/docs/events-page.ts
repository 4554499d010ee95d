import { html, type Html } from './html.js';

/** As much of JSON Schema as the page shows. */
interface Schema {
  $ref?: string;
  title?: string;
  description?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  examples?: unknown[];
}

interface Message {
  title: string;
  summary?: string;
  headers: Schema;
  payload: Schema;
  bindings?: { kafka?: { key?: Schema } };
}

interface Channel {
  address: string;
  title: string;
  description: string;
  messages: Record<string, { $ref: string }>;
}

/** As much of AsyncAPI 3 as the page shows. */
export interface AsyncApi {
  asyncapi: string;
  info: { title: string; version: string; description: string };
  channels: Record<string, Channel>;
}

/** A page about every topic, made from the AsyncAPI document alone. It needs no script and loads nothing from other hosts. */
export function eventsPage(api: AsyncApi): string {
  const { info, channels } = api;
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${info.title}</title>
        <link rel="stylesheet" href="./events.css" />
      </head>
      <body>
        <main>
          <h1>${info.title} <small>${info.version}</small></h1>
          <p>${info.description}</p>
          <p><a href="../asyncapi.json">AsyncAPI ${api.asyncapi}</a> · <a href="../docs">HTTP API</a></p>
          ${Object.values(channels).map((channel) => section(api, channel))}
        </main>
      </body>
    </html>`;
  return page.text;
}

function section(api: AsyncApi, { address, title, description, messages }: Channel): Html {
  const shown = Object.values(messages).map(({ $ref }) =>
    messagePart(api, resolve(api, { $ref }) as unknown as Message),
  );
  return html`<section>
    <h2><code>${address}</code></h2>
    <p><b>${title}.</b> ${description}</p>
    ${shown}
  </section>`;
}

function messagePart(api: AsyncApi, { title, summary, headers, payload, bindings }: Message): Html {
  const key = bindings?.kafka?.key;
  const value = resolve(api, payload);
  return html`<h3>${title}</h3>
    ${summary === undefined ? '' : html`<p>${summary}</p>`}
    ${key === undefined ? '' : table('Key', [rowOf(api, 'key', key, true)])} ${fields(api, 'Headers', headers)}
    ${value.properties === undefined ? html`<p>${value.description ?? ''}</p>` : fields(api, 'Value', value)}
    ${(value.examples ?? []).map((example) => html`<pre>${JSON.stringify(example, null, 2)}</pre>`)}`;
}

function fields(api: AsyncApi, caption: string, { properties = {}, required = [] }: Schema): Html {
  return table(
    caption,
    Object.entries(properties).map(([name, schema]) => rowOf(api, name, schema, required.includes(name))),
  );
}

function table(caption: string, rows: readonly Html[]): Html {
  return html`<table>
    <caption>
      ${caption}
    </caption>
    <thead>
      <tr>
        <th scope="col">name</th>
        <th scope="col">type</th>
        <th scope="col">always</th>
        <th scope="col">meaning</th>
      </tr>
    </thead>
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function rowOf(api: AsyncApi, name: string, schema: Schema, isRequired: boolean): Html {
  const resolved = resolve(api, schema);
  const meaning = schema.description ?? resolved.description ?? '';
  return html`<tr>
    <th scope="row"><code>${name}</code></th>
    <td>${typeOf(resolved)}</td>
    <td>${isRequired ? 'yes' : 'no'}</td>
    <td>${meaning} ${rulesOf(resolved).map((rule) => html`<code>${rule}</code> `)}</td>
  </tr>`;
}

function typeOf({ type, const: only, enum: values }: Schema): string {
  return [type ?? typeof (only ?? values?.[0])].flat().join(' or ');
}

/** The constraints of a JSON Schema besides the type, in the words of JSON Schema. */
function rulesOf({ const: only, enum: values, pattern, minLength, maxLength }: Schema): string[] {
  const rules = { const: only, enum: values, minLength, maxLength, pattern };
  return Object.entries(rules).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name} ${name === 'pattern' ? value : JSON.stringify(value)}`],
  );
}

/** @param schema with a `$ref` into the document, or none */
function resolve(api: AsyncApi, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const steps = schema.$ref.split('/').slice(1);
  const target = steps.reduce<unknown>((value, step) => (value as Record<string, unknown>)[step], api);
  return resolve(api, target as Schema);
}
