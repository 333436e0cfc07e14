import { readFileSync } from 'node:fs';
import type { Settings } from '../core/config/settings.ts';

/** The bytes of the file of this name beside the function's code. */
export function bytesBeside(name: string): Buffer {
  return readFileSync(new URL(name, import.meta.url));
}

/** The JSON file of this name that the deployment laid beside the function's code. */
export function readBeside(name: string): unknown {
  return JSON.parse(bytesBeside(name).toString());
}

/** What the function is set up with. */
export function readSettings(): Settings {
  return readBeside('settings.json') as Settings;
}
