import { BarChart, LineChart } from 'echarts/charts';
import { DataZoomInsideComponent, DataZoomSliderComponent, GridComponent, TooltipComponent } from 'echarts/components';
import { type EChartsType, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { button, h } from './dom.ts';
import { countOf, formatBucket, formatCount, formatDay } from './format.ts';
import { type Band, type Bucket, positionOf, spanOf, type Unit } from './series.ts';
import { color, onTheme } from './theme.ts';

use([BarChart, LineChart, GridComponent, TooltipComponent, DataZoomInsideComponent, DataZoomSliderComponent, SVGRenderer]);

/** Below this many days in view a chart shows hours, above it days; the gap keeps it from flickering between the two. */
const HOURS_BELOW_DAYS = 3;
const DAYS_ABOVE_DAYS = 5;

export interface TimeSeries {
  readonly name: string;
  /** Variable of the style sheet that holds its colour. */
  readonly color: string;
}

/** What is drawn over the bars of one unit, by their position. */
export interface Overlay {
  /** What is usual; null where it is not known. */
  readonly band: readonly (Band | null)[];
  /** How many unusual hours lie in each bucket. */
  readonly marks: readonly number[];
}

export interface TimeChart {
  readonly element: HTMLElement;
  /** Which series are drawn, by position. */
  show(visible: ReadonlySet<number>): void;
}

interface Window {
  start: number;
  end: number;
}

/**
 * Stacked bars over time with a zoom that goes from days to hours.
 *
 * @param label what the chart shows, for readers who do not see it.
 * @param buckets the same counts by day and by hour.
 * @param onPick called with the span of the bar that was chosen, and the series when one of its parts was.
 * @param overlays what is drawn over the bars, for each unit.
 */
export function timeChart(
  label: string,
  series: readonly TimeSeries[],
  buckets: Readonly<Record<Unit, readonly Bucket[]>>,
  onPick: (span: { from: string; to: string }, series: number | null) => void,
  overlays?: Readonly<Record<Unit, Overlay>>,
): TimeChart {
  const canvas = h('div', { class: 'chart', role: 'img', 'aria-label': label });
  const readout = h('span', { class: 'chart-range muted', 'aria-live': 'polite' });
  let unit: Unit = buckets.day.length <= HOURS_BELOW_DAYS ? 'hour' : 'day';
  let view: Window = { start: 0, end: buckets[unit].length - 1 };
  let visible: ReadonlySet<number> = new Set(series.keys());
  let chart: EChartsType | null = null;

  const draw = (): void => {
    const shown = buckets[unit];
    readout.textContent = rangeText(shown, view, unit);
    chart?.setOption(optionOf(series, shown, visible, view, overlays?.[unit]), { notMerge: true, silent: true });
  };
  const zoomTo = (next: Window): void => {
    const shown = buckets[unit];
    const last = shown.length - 1;
    const start = Math.max(0, Math.min(last, Math.round(next.start)));
    view = { start, end: Math.max(start, Math.min(last, Math.round(next.end))) };
    const days = (view.end - view.start + 1) / (unit === 'day' ? 1 : 24);
    const wanted: Unit = unit === 'day' && days < HOURS_BELOW_DAYS ? 'hour' : unit === 'hour' && days > DAYS_ABOVE_DAYS ? 'day' : unit;
    if (wanted !== unit) {
      view = moved(shown, view, buckets[wanted], wanted);
      unit = wanted;
    }
    draw();
  };
  const scale = (factor: number): void => {
    const middle = (view.start + view.end) / 2;
    const half = Math.max(0.5, ((view.end - view.start + 1) * factor) / 2);
    zoomTo({ start: middle - half + 0.5, end: middle + half - 0.5 });
  };
  const attach = (drawn: EChartsType): void => {
    // Redrawing with the other unit while a handle is held would end the drag, so the switch waits until the hand rests.
    let resting: ReturnType<typeof setTimeout> | undefined;
    drawn.on('datazoom', () => {
      const zoom = (drawn.getOption().dataZoom as { startValue: number; endValue: number }[])[0];
      if (!zoom) return;
      view = { start: zoom.startValue, end: zoom.endValue };
      readout.textContent = rangeText(buckets[unit], view, unit);
      clearTimeout(resting);
      resting = setTimeout(() => zoomTo(view), 250);
    });
    drawn.on('click', (picked) => {
      const bucket = buckets[unit][picked.dataIndex];
      if (bucket)
        onPick(
          spanOf(bucket.key),
          series.findIndex(({ name }) => name === picked.seriesName),
        );
    });
    drawn.getZr().on('click', (event) => {
      if (event.target || !drawn.containPixel('grid', [event.offsetX, event.offsetY])) return;
      const bucket = buckets[unit][drawn.convertFromPixel({ xAxisIndex: 0 }, event.offsetX)];
      if (bucket) onPick(spanOf(bucket.key), null);
    });
  };
  // The first report of a size comes once the element stands in the page; before that there is nothing to measure.
  new ResizeObserver(() => {
    if (canvas.clientWidth === 0) return;
    if (chart) return chart.resize();
    chart = init(canvas, null, { renderer: 'svg' });
    attach(chart);
    draw();
  }).observe(canvas);
  onTheme(draw);
  fitToPaper(canvas);
  readout.textContent = rangeText(buckets[unit], view, unit);

  const controls = h(
    'div',
    { class: 'chart-tools' },
    readout,
    button({ class: 'quiet', 'aria-label': 'Zoom in', onclick: () => scale(0.5) }, '+'),
    button({ class: 'quiet', 'aria-label': 'Zoom out', onclick: () => scale(2) }, '−'),
    button({ class: 'quiet', onclick: () => zoomTo({ start: 0, end: Number.MAX_SAFE_INTEGER }) }, 'All'),
  );
  return {
    element: h('div', { class: 'chart-box' }, controls, canvas),
    show: (wanted) => {
      visible = wanted;
      draw();
    },
  };
}

/** A chart is drawn for the screen's width; while printing, its box and a view box let it shrink to the paper's. */
function fitToPaper(canvas: HTMLElement): void {
  addEventListener('beforeprint', () => {
    const svg = canvas.querySelector('svg');
    svg?.setAttribute('viewBox', `0 0 ${svg.clientWidth} ${svg.clientHeight}`);
    svg?.style.setProperty('width', '100%');
    svg?.parentElement?.style.setProperty('width', '100%');
  });
  addEventListener('afterprint', () => {
    const svg = canvas.querySelector('svg');
    svg?.removeAttribute('viewBox');
    svg?.style.removeProperty('width');
    svg?.parentElement?.style.setProperty('width', `${canvas.clientWidth}px`);
  });
}

/** The same stretch of time in the other unit's positions. */
function moved(from: readonly Bucket[], view: Window, to: readonly Bucket[], unit: Unit): Window {
  const first = from[view.start]?.key ?? '';
  const last = from[view.end]?.key ?? '';
  if (unit === 'day') return { start: positionOf(to, first.slice(0, 10)), end: positionOf(to, last.slice(0, 10)) };
  const end = positionOf(to, `${last}T24`);
  const beyond = (to[end]?.key ?? '') > `${last}T24`;
  return { start: positionOf(to, first), end: Math.max(0, beyond ? end - 1 : end) };
}

function rangeText(buckets: readonly Bucket[], view: Window, unit: Unit): string {
  const first = buckets[view.start]?.key ?? '';
  const last = buckets[view.end]?.key ?? '';
  const span = first.slice(0, 10) === last.slice(0, 10) ? formatDay(first) : `${formatDay(first)} – ${formatDay(last)}`;
  return `${span}, by ${unit} (UTC)`;
}

function optionOf(
  series: readonly TimeSeries[],
  buckets: readonly Bucket[],
  visible: ReadonlySet<number>,
  view: Window,
  overlay: Overlay | undefined,
): Parameters<ReturnType<typeof init>['setOption']>[0] {
  const text = { color: color('muted'), fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 11 };
  const coarse = matchMedia('(pointer: coarse)').matches;
  const window = { startValue: view.start, endValue: view.end, minValueSpan: 0 };
  return {
    animation: false,
    textStyle: text,
    grid: { left: 4, right: 8, top: 12, bottom: 46, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: {
      trigger: 'axis',
      confine: true,
      axisPointer: { type: 'shadow', shadowStyle: { color: color('filler') } },
      transitionDuration: 0,
      backgroundColor: color('panel'),
      borderColor: color('line-strong'),
      textStyle: { ...text, color: color('text'), fontSize: 12 },
      formatter: (points: unknown) => {
        const index = (points as { dataIndex: number }[])[0]?.dataIndex ?? -1;
        return tooltipOf(buckets[index], series, visible, overlay?.band[index], overlay?.marks[index]);
      },
    },
    xAxis: {
      type: 'category',
      data: buckets.map((bucket) => bucket.key),
      axisLabel: { ...text, formatter: formatBucket, hideOverlap: true },
      axisLine: { lineStyle: { color: color('line-strong') } },
      axisTick: { show: false },
    },
    yAxis: {
      type: 'value',
      minInterval: 1,
      axisLabel: { ...text, formatter: (value: number) => formatCount(value) },
      splitLine: { lineStyle: { color: color('line') } },
    },
    dataZoom: [
      {
        type: 'slider',
        ...window,
        height: 22,
        bottom: 4,
        left: 12,
        right: 12,
        brushSelect: false,
        showDetail: false,
        borderColor: color('line'),
        fillerColor: color('filler'),
        handleIcon: 'path://M-5-11h10v22h-10z',
        handleStyle: { color: color('panel'), borderColor: color('muted') },
        moveHandleSize: 0,
        dataBackground: { lineStyle: { color: color('line-strong') }, areaStyle: { color: color('line') } },
        selectedDataBackground: { lineStyle: { color: color('accent') }, areaStyle: { color: color('accent') } },
      },
      // A finger on the chart scrolls the page; a mouse drags the chart, and its wheel zooms only with Ctrl held.
      ...(coarse
        ? []
        : [
            {
              type: 'inside' as const,
              ...window,
              zoomOnMouseWheel: 'ctrl' as const,
              moveOnMouseWheel: false,
              preventDefaultMouseMove: false,
            },
          ]),
    ],
    series: [
      ...[...series.entries()]
        .filter(([index]) => visible.has(index))
        .map(([index, { name, color: variable }]) => ({
          type: 'bar' as const,
          name,
          stack: 'all',
          barMaxWidth: 36,
          barCategoryGap: '18%',
          cursor: 'pointer',
          itemStyle: { color: color(variable) },
          emphasis: { disabled: true },
          data: buckets.map((bucket) => bucket.counts[index] ?? 0),
        })),
      ...(overlay === undefined ? [] : overlaySeries(overlay, buckets)),
    ],
  };
}

/** The usual band as an area, its middle as a line, and a mark above each bar with something unusual. */
function overlaySeries({ band, marks }: Overlay, buckets: readonly Bucket[]) {
  const common = { type: 'line' as const, step: 'middle' as const, silent: true, symbol: 'none', emphasis: { disabled: true } };
  const hidden = { ...common, stack: 'band', lineStyle: { width: 0 }, z: 1 };
  return [
    { ...hidden, data: band.map((one) => one?.low ?? null) },
    { ...hidden, areaStyle: { color: color('band'), opacity: 1 }, data: band.map((one) => (one ? one.high - one.low : null)) },
    { ...common, lineStyle: { color: color('muted'), width: 1, type: 'dashed' as const }, data: band.map((one) => one?.usual ?? null) },
    {
      ...common,
      symbol: 'triangle',
      symbolSize: 10,
      symbolOffset: [0, -9],
      showAllSymbol: true,
      lineStyle: { width: 0 },
      itemStyle: { color: color('warning') },
      z: 5,
      data: buckets.map(({ counts }, i) => ((marks[i] ?? 0) > 0 ? counts.reduce((sum, count) => sum + count, 0) : null)),
    },
  ];
}

function tooltipOf(
  bucket: Bucket | undefined,
  series: readonly TimeSeries[],
  visible: ReadonlySet<number>,
  band?: Band | null,
  marks = 0,
): HTMLElement {
  if (!bucket) return h('div');
  const hour = bucket.key.length > 10 ? `, ${bucket.key.slice(11)}:00–${bucket.key.slice(11)}:59` : '';
  const rows = [...series.entries()]
    .reverse()
    .map(([index, { name, color: variable }]) =>
      h(
        'tr',
        { class: visible.has(index) ? '' : 'muted' },
        h('td', {}, h('span', { class: `swatch fill-${variable}` }), visible.has(index) ? name : `${name} (not drawn)`),
        h('td', { class: 'number' }, formatCount(bucket.counts[index] ?? 0)),
      ),
    );
  const sum = bucket.counts.reduce((total, count) => total + count, 0);
  return h(
    'div',
    { class: 'tooltip' },
    h('strong', {}, `${formatDay(bucket.key)}${hour} UTC`),
    h('table', {}, ...rows),
    band ? h('div', {}, `Usually ${formatCount(Math.round(band.low))} to ${formatCount(Math.round(band.high))}`) : null,
    marks > 0 ? h('div', { class: 'mark-unusual' }, `▲ ${bucket.key.length > 10 ? 'unusual' : countOf(marks, 'unusual hour')}`) : null,
    h('span', { class: 'muted' }, `${countOf(sum, 'in all', 'in all')}; click to narrow the table`),
  );
}
