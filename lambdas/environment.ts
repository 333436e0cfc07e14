/** A variable is missing that the deployment sets. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

/**
 * The function's environment variables of these names, read once, at cold start.
 * @throws {EnvironmentError} naming all that are missing or empty.
 */
export function environment<const Name extends string>(
  names: readonly Name[],
  from: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<Name, string>> {
  const missing = names.filter((name) => !from[name]);
  if (missing.length > 0) {
    const are = missing.length === 1 ? 'The environment variable is' : 'The environment variables are';
    throw new EnvironmentError(
      `${are} not set: ${missing.join(', ')}. The deployment sets them: deploy the stack again, do not edit the function.`,
    );
  }
  return Object.fromEntries(names.map((name) => [name, from[name]])) as Record<Name, string>;
}
