import { CONTROLS } from '../core/posture/controls.ts';

/** What a control watches for, or an empty text for a number that is none of theirs. */
export function controlTitle(control: string): string {
  return CONTROLS.find(({ id }) => id === control)?.title ?? '';
}

/** Orders controls as the benchmark does, `4.2` before `4.10`; unknown ones stand last. */
export function compareControls(a: string, b: string): number {
  const place = (control: string): number => {
    const at = CONTROLS.findIndex(({ id }) => id === control);
    return at < 0 ? CONTROLS.length : at;
  };
  return place(a) - place(b);
}
