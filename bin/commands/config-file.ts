import { existsSync, readFileSync } from 'node:fs';
import { ConfigError, defaultConfig, loadConfig } from '../../core/config/load.ts';
import type { Config } from '../../core/config/schema.ts';
import { explain } from '../../local/sources.ts';

export const CONFIG_FILE = 'trailwarden.config.json';

/** The file that a flag names, or the one in this folder; undefined when there is none. */
export function configFile(path: string | undefined): string | undefined {
  return path ?? (existsSync(CONFIG_FILE) ? CONFIG_FILE : undefined);
}

/**
 * The text of a configuration file.
 * @throws {ConfigError} when it cannot be read.
 */
export function configText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`The configuration ${file} cannot be read: ${explain(error)}.`);
  }
}

/**
 * The configuration that `analyze` runs with.
 * @throws {ConfigError}
 */
export function readConfig(path: string | undefined): Config {
  const file = configFile(path);
  return file === undefined ? defaultConfig() : loadConfig(configText(file), file);
}
