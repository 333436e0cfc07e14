/** When a volume is unusual: what the detector of volumes takes by default, and the report's band of sign-ins with it. */
export const VOLUME_BARS = {
  /** Days with data before an hour is judged. */
  days: 14,
  /** Robust z above which an hour, or growth, is unusual: thousands of series are watched at once. */
  threshold: 5,
  /** Probability of a count, in hours that are mostly zero, below which it is unusual. */
  rarity: 0.000001,
  /** How many times the median is unusual at least, whatever the spread. */
  ratio: 1.5,
  /** How many bursts, of which one is no surprise even where there was never anything, are too few to tell of in any case. */
  leastBursts: 3,
} as const;
