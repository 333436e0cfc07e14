import { type Meter, PRICES, type Price, type Service } from './prices.ts';

/** Units by meter. */
export type Usage = Readonly<Partial<Record<Meter, number>>>;

/** `list`: every unit is paid. `free tier`: what each account has free each month is taken off first. */
export type Terms = 'list' | 'free tier';

/** One meter's share of a bill. */
export interface Item {
  readonly meter: Meter;
  readonly units: number;
  readonly dollars: number;
}

export interface Bill {
  /** Dearest first. */
  readonly items: readonly Item[];
  readonly services: Readonly<Partial<Record<Service, number>>>;
  readonly dollars: number;
}

/** What a month's usage costs. */
export function billOf(month: Usage, terms: Terms): Bill {
  const items = entries(month).map(([meter, units]): Item => {
    const { dollars, free }: Price = PRICES[meter];
    const paid = terms === 'list' ? units : Math.max(0, units - free);
    return { meter, units, dollars: paid * dollars };
  });
  const services: Partial<Record<Service, number>> = {};
  for (const { meter, dollars } of items) {
    const { service } = PRICES[meter];
    services[service] = (services[service] ?? 0) + dollars;
  }
  return {
    items: items.sort((a, b) => b.dollars - a.dollars),
    services,
    dollars: items.reduce((sum, item) => sum + item.dollars, 0),
  };
}

export function plus(...usages: readonly Usage[]): Usage {
  const sum: Partial<Record<Meter, number>> = {};
  for (const usage of usages) for (const [meter, units] of entries(usage)) sum[meter] = (sum[meter] ?? 0) + units;
  return sum;
}

export function times(usage: Usage, factor: number): Usage {
  return Object.fromEntries(entries(usage).map(([meter, units]) => [meter, units * factor]));
}

function entries(usage: Usage): [Meter, number][] {
  return Object.entries(usage) as [Meter, number][];
}
