import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LEVELS } from '../../core/levels.ts';

type Rgb = readonly [number, number, number];

const CSS = readFileSync(join(__dirname, '../../report/styles/theme.css'), 'utf8');

/** The variables of the light theme, or those with the dark theme's over them. */
function colors(theme: 'light' | 'dark'): Record<string, string> {
  const dark = CSS.indexOf('[data-theme=');
  const text = theme === 'light' ? CSS.slice(0, dark) : CSS.slice(0, CSS.indexOf('/* Before the script'));
  return Object.fromEntries([...text.matchAll(/--([\w-]+):\s*(#[0-9a-f]{6});/g)].map((match) => [match[1], match[2]]));
}

/** Linear light of an sRGB colour (IEC 61966-2-1). */
function linear(hex: string): Rgb {
  const channel = (at: number): number => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** Contrast ratio as WCAG 2.2 defines it. */
function contrast(a: string, b: string): number {
  const luminance = (hex: string): number => {
    const [red, green, blue] = linear(hex);
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** Full dichromacy: Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color Vision Deficiency", 2009. */
const VISIONS: Readonly<Record<string, readonly [Rgb, Rgb, Rgb]>> = {
  full: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Oklab coordinates times 100 (Ottosson 2020): a distance of 2 is about just noticeable. */
function seen(hex: string, vision: readonly [Rgb, Rgb, Rgb]): Rgb {
  const [r, g, b] = linear(hex);
  const [red, green, blue] = vision.map((row) => Math.min(1, Math.max(0, row[0] * r + row[1] * g + row[2] * b))) as unknown as Rgb;
  const l = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue);
  const m = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue);
  const s = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue);
  return [
    100 * (0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s),
    100 * (1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s),
    100 * (0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s),
  ];
}

const THEMES = ['light', 'dark'] as const;

const TEXTS = [
  ['text', 'panel'],
  ['text', 'page'],
  ['text', 'hover'],
  ['muted', 'panel'],
  ['muted', 'panel-2'],
  ['muted', 'page'],
  ['muted', 'hover'],
  ['accent', 'panel'],
  ['accent', 'hover'],
  ['accent-text', 'accent'],
  ['warning', 'panel'],
  ['json-key', 'panel-2'],
  ['json-string', 'panel-2'],
  ['json-number', 'panel-2'],
  ...LEVELS.map((level) => [`${level}-badge-text`, `${level}-badge`]),
];

describe.each(THEMES)('the %s theme', (theme) => {
  const palette = colors(theme);

  test.each(TEXTS)('text in %s on %s has the contrast of WCAG AA', (text, ground) => {
    expect(contrast(palette[text as string] as string, palette[ground as string] as string)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(LEVELS.filter((level) => level !== 'informational'))('bars of %s stand out from the panel', (level) => {
    expect(contrast(palette[level] as string, palette.panel as string)).toBeGreaterThanOrEqual(3);
  });

  test.each(Object.keys(VISIONS))('the levels stay apart with %s colour vision', (name) => {
    const vision = VISIONS[name] as readonly [Rgb, Rgb, Rgb];
    const points = LEVELS.map((level) => seen(palette[level] as string, vision));
    const distances = points.flatMap((a, at) => points.slice(at + 1).map((b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])));
    expect(distances).toHaveLength(10);
    expect(Math.min(...distances)).toBeGreaterThan(10);
  });
});

test('both themes name the same colours', () => {
  const dark = CSS.slice(CSS.indexOf('[data-theme='), CSS.indexOf('/* Before the script'));
  const names = [...dark.matchAll(/--([\w-]+):/g)].map((match) => match[1]);
  const light = [...CSS.slice(0, CSS.indexOf('[data-theme=')).matchAll(/--([\w-]+):/g)].map((match) => match[1]);
  expect(names).toEqual(light);
});
