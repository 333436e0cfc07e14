import type { TerminalStyle } from '../../core/outputs/terminal.ts';

/** How standard output may be written on now: colour for people only, `NO_COLOR` and dumb terminals respected. */
export function terminalStyle(): TerminalStyle {
  return {
    color: process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb',
    width: Math.min(100, Math.max(60, process.stdout.columns ?? 80)),
  };
}

/** JSON in which no character is left that a terminal would obey: it stays the same JSON. */
export function printableJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
