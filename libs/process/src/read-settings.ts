import { ConfigError, type OptionsOf, type Setting, type SettingsTable, withoutPassword } from '@sluice/settings';

/** The settings of one process: checked and frozen. Read once, in `main`. */
export type Config<Table> = OptionsOf<Table> & {
  /** The variables that the environment sets: the others have their fallbacks. */
  readonly givenKeys: ReadonlySet<string>;
};

/** A relation between settings. @throws ConfigError that names the variables and the fix */
export type SettingsRule<Table> = (config: Config<Table>) => void;

/**
 * Reads the settings of a table from an environment. An empty value counts as not set, and other variables are ignored.
 *
 * @param rules checked in their order, once every value is known
 * @throws ConfigError that names every wrong variable, its value and what is allowed
 */
export function readSettings<Table extends SettingsTable>(
  table: Table,
  env: NodeJS.ProcessEnv,
  rules: readonly SettingsRule<Table>[] = [],
): Config<Table> {
  const faults: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries(table)) {
    const given = env[setting.key] ?? '';
    if (given === '') values[name] = setting.fallback;
    else values[name] = parse(setting, given, (fault) => faults.push(fault));
  }
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
  const keys = Object.values(table).map(({ key }) => key);
  const givenKeys = new Set(keys.filter((key) => env[key]));
  const config = Object.freeze({ ...values, ...derived(table, values), givenKeys }) as Config<Table>;
  for (const check of rules) check(config);
  return config;
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

/** A URL may hold a password. */
function shown({ isSecret = false }: Setting<unknown>, given: string): string {
  return isSecret ? 'not what it should be' : JSON.stringify(withoutPassword(given));
}
