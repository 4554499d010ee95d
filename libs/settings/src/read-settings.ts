import { textOfFile } from './secret-file.js';
import { ConfigError, type OptionsOf, type Setting, type SettingsTable, withoutPassword } from './setting.js';

/** The settings of one process: checked and frozen. Read once, in `main`. */
export type Config<Table> = OptionsOf<Table> & {
  /** The variables that the environment sets: the others have their fallbacks. */
  readonly givenKeys: ReadonlySet<string>;
};

/** A relation between settings. @throws ConfigError that names the variables and the fix */
export type SettingsRule<Table> = (config: Config<Table>) => void;

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the settings of a table from an environment. An empty value counts as not set, and other variables are ignored.
 * A setting that holds a secret is also read from the file that `<KEY>_FILE` names.
 *
 * @param rules checked in their order, once every value is known
 * @throws ConfigError that names every wrong variable, its value and what is allowed
 */
export function readSettings<Table extends SettingsTable>(
  table: Table,
  env: Environment,
  rules: readonly SettingsRule<Table>[] = [],
): Config<Table> {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  const givenKeys = new Set<string>();
  for (const [name, setting] of Object.entries(table)) {
    const given = givenText(setting, env, faults);
    if (given !== '') givenKeys.add(setting.key);
    values[name] = given === '' ? setting.fallback : parse(setting, given, (fault) => faults.push(fault));
  }
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
  const config = Object.freeze({ ...values, ...derived(table, values), givenKeys }) as Config<Table>;
  requireFitting(table, config);
  for (const check of rules) check(config);
  return config;
}

/** The text of the variable, or of its file; empty if neither is set. */
function givenText(setting: Setting<unknown>, env: Environment, faults: string[]): string {
  const { key } = setting;
  const given = env[key] ?? '';
  const path = (isFromFile(setting) && env[`${key}_FILE`]) || '';
  if (path === '') return given;
  if (given !== '') {
    faults.push(`${key} and ${key}_FILE are both set; keep one of them.`);
    return '';
  }
  try {
    return textOfFile(path);
  } catch (error) {
    faults.push(`${key}_FILE ${(error as Error).message}`);
    return '';
  }
}

/** Whether `<KEY>_FILE` is read for this setting. */
export function isFromFile({ isSecret = false, mayHoldSecret = false }: Setting<unknown>): boolean {
  return isSecret || mayHoldSecret;
}

function parse(setting: Setting<unknown>, given: string, onFault: (fault: string) => void): unknown {
  const fault = setting.faultOf?.(given);
  if (fault !== undefined) return onFault(`${setting.key} ${fault}`);
  const value = setting.parse(given);
  if (value === undefined) onFault(`${setting.key} is ${shown(setting, given)}; allowed: ${setting.allowed}.`);
  return value;
}

function derived(table: SettingsTable, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const entries = Object.entries(table).flatMap(([name, { derive, fallback }]) =>
    derive !== undefined && values[name] === fallback ? [[name, derive(values)] as const] : [],
  );
  return Object.fromEntries(entries);
}

/** @throws ConfigError with every conflict between settings */
function requireFitting(table: SettingsTable, config: Readonly<Record<string, unknown>>): void {
  const faults = Object.values(table).flatMap(({ key, conflictIn }) => {
    const fault = conflictIn?.(config);
    return fault === undefined ? [] : [`${key} ${fault}`];
  });
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
}

/** A URL may hold a password. */
function shown({ isSecret = false }: Setting<unknown>, given: string): string {
  return isSecret ? 'not what it should be' : JSON.stringify(withoutPassword(given));
}
