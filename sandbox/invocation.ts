/** What a function is run with, as its template says. */
export interface FunctionSettings {
  /** Short name in logs and counts: parse, score, alert. */
  readonly name: string;
  readonly functionName: string;
  readonly arn: string;
  /** Folder that holds the handler's file. */
  readonly codeFolder: string;
  /** As `index.handler`: file without extension, and export. */
  readonly handler: string;
  /** Seconds. */
  readonly timeout: number;
  /** MB. */
  readonly memory: number;
  readonly region: string;
  /** The function's own variables and those of the sandbox, such as AWS_ENDPOINT_URL. */
  readonly environment: Readonly<Record<string, string>>;
}

/** How an invocation ended. */
export type Outcome =
  | { readonly ok: true; readonly result: unknown; readonly measured: Measured }
  | { readonly ok: false; readonly error: FunctionError; readonly measured: Measured };

export interface FunctionError {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly stackTrace?: readonly string[];
}

export interface Measured {
  readonly requestId: string;
  /** Milliseconds from the start of the process until it asked for work; only the invocation that waited for it has it. */
  readonly initMs?: number;
  /** Milliseconds that importing the handler took; only with `initMs`. */
  readonly importMs?: number;
  /** Milliseconds of the invocation itself. */
  readonly ms: number;
  /** The most memory that the process ever held, MB; undefined when it was killed. */
  readonly maxRssMb?: number;
}

/** One line that a function wrote. */
export interface LogLine {
  readonly function: string;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

/** Milliseconds that a process has to get ready, as on Lambda. */
export const INIT_LIMIT = 10_000;
