/** Thrown inside the loader where a rule cannot be accepted, and caught there: `line` is 1-based in the file. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly line: number;

  constructor(line: number, reason: string) {
    super(reason);
    this.line = line;
  }
}

/** A value as people see it in a sentence: JSON, cut to a readable length. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
