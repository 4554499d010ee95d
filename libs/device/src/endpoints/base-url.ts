/**
 * The base URL of a gateway without a slash at its end, or `undefined` if the text is none: it must be http or https,
 * without user, query and fragment (a password in a URL would end up in logs).
 */
export function baseUrl(text: unknown): string | undefined {
  if (typeof text !== 'string' || !URL_SHAPE.test(text)) return undefined;
  try {
    const { protocol, host, pathname } = new URL(text);
    return `${protocol}//${host}${pathname.replace(/\/+$/, '')}`;
  } catch {
    return undefined;
  }
}

const URL_SHAPE = /^https?:\/\/[^\s?#@]+$/i;
