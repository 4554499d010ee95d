/** One environment variable: how its text becomes a value, and what an operator needs to know about it. */
export interface Setting<T> {
  /** Name of the environment variable. */
  key: string;
  /** The value if the variable is not set or empty. */
  fallback: T;
  /** The allowed values, as one phrase. */
  allowed: string;
  description: string;
  /** @returns `undefined` if the text is not allowed */
  parse: (text: string) => T | undefined;
  /** What is wrong with a text, for values that must not appear in a message. `undefined`: {@link parse} decides. */
  faultOf?: (text: string) => string | undefined;
  /** A value that is never shown, not even a wrong one. */
  isSecret?: boolean;
  /** A value that may contain a secret in a part of it, such as a URL. It, too, may come from `<key>_FILE`. */
  mayHoldSecret?: boolean;
  /** Computes the value after all settings are read, if it is still `fallback`. */
  derive?: (options: Readonly<Record<string, unknown>>) => T;
  /** A conflict of the value with other settings, once all are known: a clause that follows the key. */
  conflictIn?: (options: Readonly<Record<string, unknown>>) => string | undefined;
}

/** The settings of a feature, by the names of the options that it takes. */
export type SettingsTable = Readonly<Record<string, Setting<unknown>>>;

type ValueOf<S> = S extends Setting<infer T> ? T : never;

/** The options that a table describes. */
export type OptionsOf<Table> = { readonly [Name in keyof Table]: ValueOf<Table[Name]> };

/** The options with the fallback of every setting, without reading an environment. */
export function defaultsOf<Table extends SettingsTable>(table: Table): OptionsOf<Table> {
  const entries = Object.entries(table).map(([name, { fallback }]) => [name, fallback]);
  return Object.fromEntries(entries) as OptionsOf<Table>;
}

/** An invalid setting, or settings that contradict each other. The message names the variables and the fix. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code = 'invalid-config';
}

/** The URL without its user information, for logs and messages. */
export function withoutPassword(url: string): string {
  return url.replace(/\/\/[^/]*@/, '//');
}
