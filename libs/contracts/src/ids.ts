/** Longest `device_id` and `record_id`, in characters. */
export const MAX_ID_LENGTH = 128;

/**
 * Printable ASCII without `" * , < > \`, which have a meaning in lists, patterns and links; no space at an end, and not `.` or `..`,
 * which no URL can name.
 */
export const DEVICE_ID_PATTERN =
  /^(?!\.{1,2}$)[!#-)+\-.\/0-;=?-\[\]-~](?:[ !#-)+\-.\/0-;=?-\[\]-~]{0,126}[!#-)+\-.\/0-;=?-\[\]-~])?$/;

/** Printable ASCII, so that an id survives every header, URL and terminal unchanged. */
export const RECORD_ID_PATTERN = /^(?!\.{1,2}$)[!-~](?:[ -~]{0,126}[!-~])?$/;

/** What an id that was accepted once may look like: earlier versions took spaces at the ends, `.` and `..`. */
export const READABLE_DEVICE_ID_PATTERN = /^[ !#-)+\-.\/0-;=?-\[\]-~]{1,128}$/;
export const READABLE_RECORD_ID_PATTERN = /^[ -~]{1,128}$/;

const RESERVED = /[%/]/g;
const ESCAPES: Readonly<Record<string, string>> = { '%': '%25', '/': '%2F' };

/** The part of a key before its slash: the id, with `%` and `/` percent-encoded. Most ids have neither and stay as they are. */
export function deviceKey(deviceId: string): string {
  return deviceId.replace(RESERVED, (character) => ESCAPES[character]!);
}

/** The key of a record in every store and in the order of its pages: `<device_id>/<record_id>`, unambiguous for all ids. */
export function recordKey(deviceId: string, recordId: string): string {
  return `${deviceKey(deviceId)}/${recordId}`;
}
