import type { JsonObject, JsonValue } from '@sluice/contracts';

/** One step of RFC 6902, of the operations that need nothing but a value. */
export type Edit = { op: 'add' | 'replace'; path: string; value: JsonValue } | { op: 'remove'; path: string };

const OPERATIONS: readonly unknown[] = ['add', 'replace', 'remove'];
const MAX_EDITS = 100;
/** RFC 6901; `~` begins `~0` or `~1`. */
const POINTER = /^(?:\/(?:[^/~]|~[01])*)*$/;

/** @returns the edits, or what is wrong and where */
export function parseEdits(value: unknown): Edit[] | { pointer: string; detail: string } {
  if (!Array.isArray(value) || value.length > MAX_EDITS) {
    return { pointer: '', detail: `edit must be a list of at most ${MAX_EDITS} operations of JSON Patch (RFC 6902).` };
  }
  for (const [index, edit] of value.entries()) {
    const detail = faultOf(edit);
    if (detail !== undefined) return { pointer: `/${index}`, detail };
  }
  return value as Edit[];
}

function faultOf(edit: unknown): string | undefined {
  if (typeof edit !== 'object' || edit === null || Array.isArray(edit)) return 'An operation is an object.';
  const { op, path, value, ...rest } = edit as Record<string, unknown>;
  if (!OPERATIONS.includes(op)) return 'op must be add, replace or remove.';
  if (typeof path !== 'string' || !POINTER.test(path)) return 'path must be a JSON Pointer, such as /record_id.';
  if (op !== 'remove' && value === undefined) return 'add and replace need a value.';
  if (op === 'remove' && (value !== undefined || path === ''))
    return 'remove needs a path below the event and no value.';
  const [unknown] = Object.keys(rest);
  return unknown === undefined
    ? undefined
    : `An operation has op, path and value only, not ${JSON.stringify(unknown)}.`;
}

/**
 * Applies all edits in their order. The value that is given stays as it is.
 *
 * @returns the new value, or which edit does not fit and why
 */
export function applyEdits(value: JsonValue, edits: readonly Edit[]): { value: JsonValue } | { fault: string } {
  let edited = structuredClone(value);
  for (const [index, edit] of edits.entries()) {
    const result = applyEdit(edited, edit);
    if ('fault' in result) return { fault: `edit ${index} (${edit.op} ${edit.path}): ${result.fault}` };
    edited = result.value;
  }
  return { value: edited };
}

function applyEdit(root: JsonValue, edit: Edit): { value: JsonValue } | { fault: string } {
  const steps = edit.path.split('/').slice(1).map(unescape);
  const last = steps.pop();
  if (last === undefined) return { value: structuredClone((edit as { value: JsonValue }).value) };
  let parent: JsonValue | undefined = root;
  for (const step of steps) parent = memberOf(parent, step);
  if (typeof parent !== 'object' || parent === null) return { fault: 'its parent is not an object or a list' };
  const fault = Array.isArray(parent) ? editList(parent, last, edit) : editObject(parent, last, edit);
  return fault === undefined ? { value: root } : { fault };
}

function unescape(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

function memberOf(value: JsonValue | undefined, step: string): JsonValue | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return /^(?:0|[1-9]\d*)$/.test(step) ? value[Number(step)] : undefined;
  return Object.hasOwn(value, step) ? value[step] : undefined;
}

function editObject(object: JsonObject, name: string, edit: Edit): string | undefined {
  if (edit.op !== 'add' && !Object.hasOwn(object, name)) return 'there is no value at this path';
  if (edit.op === 'remove') delete object[name];
  // A plain assignment to `__proto__` would set a prototype.
  else Object.defineProperty(object, name, { value: structuredClone(edit.value), ...OWN });
  return undefined;
}

const OWN = { enumerable: true, writable: true, configurable: true };

function editList(list: JsonValue[], step: string, edit: Edit): string | undefined {
  if (step !== '-' && !/^(?:0|[1-9]\d{0,8})$/.test(step)) return 'a list has numbers for its places';
  const index = step === '-' ? list.length : Number(step);
  if (index > list.length - (edit.op === 'add' ? 0 : 1)) return 'there is no value at this path';
  if (edit.op === 'add') list.splice(index, 0, structuredClone(edit.value));
  else if (edit.op === 'replace') list[index] = structuredClone(edit.value);
  else list.splice(index, 1);
  return undefined;
}
