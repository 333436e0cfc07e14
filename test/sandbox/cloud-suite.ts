import { whyNoCloud } from '../../sandbox/place.ts';

/** Tests that need the local cloud: where it cannot run, one line says why in their place. */
export function cloudSuite(name: string, suite: () => void): void {
  const why = whyNoCloud();
  if (why === undefined) describe(name, suite);
  else test(why, () => expect(`${process.platform} ${process.arch}`).not.toBe('linux x64'));
}
