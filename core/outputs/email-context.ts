import type { Told } from '../alerts/receipt.ts';
import type { Home } from './asff.ts';

/** What a mail says besides its item. */
export interface EmailContext {
  /** Version of Trailwarden. */
  readonly version: string;
  /** Where Trailwarden runs. */
  readonly home: Home;
  /** `s3://bucket/prefix` of the trail's objects, where it is known. */
  readonly trail?: string;
  /** What the last mail of this item told, if there was one. */
  readonly told?: Told;
}
