import { type Bill, billOf, type Terms, type Usage } from './bill.ts';
import { DAYS } from './month.ts';
import { GUARDDUTY, PRICES, type Service } from './prices.ts';

/** A column of the table: a month's usage, and what its dollars are divided by. */
export interface Column {
  readonly title: string;
  readonly usage: Usage;
  /** Millions of events of the month; 1 where the month itself is told. */
  readonly millions: number;
}

const SERVICES = [...new Set(Object.values(PRICES).map(({ service }) => service))] as readonly Service[];
const NAME = 28;
const CELL = 14;

/** Millions of events of a month. */
export function millionsOf(eventsADay: number): number {
  return (eventsADay * DAYS) / 1e6;
}

/** Dollars by service, a column each: lines. */
export function serviceTable(columns: readonly Column[], terms: Terms): string[] {
  const bills = columns.map(({ usage, millions }) => ({ bill: billOf(usage, terms), millions }));
  const row = (name: string, of: (bill: Bill) => number) =>
    `${name.padEnd(NAME)}${bills.map(({ bill, millions }) => money(of(bill) / millions).padStart(CELL)).join('')}`;
  return [
    `${''.padEnd(NAME)}${columns.map(({ title }) => title.padStart(CELL)).join('')}`,
    ...SERVICES.map((service) => row(service, ({ services }) => services[service] ?? 0)),
    row('all in', ({ dollars }) => dollars),
    `${'all in, a month'.padEnd(NAME)}${bills.map(({ bill }) => money(bill.dollars, 2).padStart(CELL)).join('')}`,
  ];
}

/** The dearest items of a column: lines. */
export function dearest({ usage, millions }: Column, terms: Terms, count: number): string[] {
  return billOf(usage, terms)
    .items.slice(0, count)
    .map(({ meter, units, dollars }) => {
      const { service, what } = PRICES[meter];
      const name = `${service}: ${what}`;
      return `${money(dollars / millions).padStart(CELL)}  ${name.padEnd(44)}${amount(units).padStart(12)} a month, ${money(dollars, 2)}`;
    });
}

/** What a million events cost, beside the bar where one is set, and beside GuardDuty: one line. */
export function verdict({ usage, millions }: Column, terms: Terms, bar?: number): string {
  const dollars = billOf(usage, terms).dollars / millions;
  const judged = bar === undefined ? '' : ` (bar ${money(bar)}) ${dollars <= bar ? 'ok' : 'MISSED'}`;
  return `${money(dollars)}${judged}; GuardDuty's list price, ${money(GUARDDUTY, 2)}, is ${Math.round(GUARDDUTY / dollars)} times that`;
}

export function money(dollars: number, digits = 4): string {
  return `$${dollars.toFixed(digits)}`;
}

function amount(units: number): string {
  return units >= 1000 ? Math.round(units).toLocaleString('en') : units.toPrecision(3).replace(/\.?0+$/, '');
}
