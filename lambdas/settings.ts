import { readFileSync } from 'node:fs';
import type { Settings } from '../core/config/settings.ts';

/** The JSON file of this name that the deployment laid beside the function's code. */
export function readBeside(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'));
}

/** What the function is set up with. */
export function readSettings(): Settings {
  return readBeside('settings.json') as Settings;
}
