export { hostList, networkList, originList } from './lists.js';
export { type Config, isFromFile, readSettings, type SettingsRule } from './read-settings.js';
export {
  ConfigError,
  defaultsOf,
  type OptionsOf,
  type Setting,
  type SettingsTable,
  withoutPassword,
} from './setting.js';
export { file, oneOf, ratio, text, wholeNumber } from './values.js';
