import { parseAddress } from '../config/network.ts';
import { COUNTRIES, type Country } from './countries.ts';

/** What a geolocation database knows of an address. */
export interface Place {
  /** ISO 3166-1 alpha-2, '' when the database does not say. */
  readonly country: string;
  /** '' when the database does not say. */
  readonly city: string;
  /** Degrees; only where the database says them of a city, not of a whole country. */
  readonly latitude?: number;
  readonly longitude?: number;
  /** Number of the autonomous system that the address belongs to. */
  readonly asn?: number;
}

/** Where an address is; null when nothing is known of it. Never throws, whatever the text. */
export type Locate = (address: string) => Place | null;

/** A geolocation database that is open. */
export interface GeoDatabase {
  /** Its type and the day it was built on, as `country 2026-06-17`: another name means that the same address may be somewhere else. */
  readonly name: string;
  readonly locate: Locate;
}

/** Radius of a sphere of the Earth's volume, km. */
const EARTH = 6371;
/** How far from its coordinates an address of a city may be, rounding to whole degrees included, km. */
const CITY_REACH = 150;

/** Great-circle distance in km between two points in degrees, by the haversine formula. */
export function distance([latitude1, longitude1]: Point, [latitude2, longitude2]: Point): number {
  const radians = Math.PI / 180;
  const across = Math.sin(((latitude2 - latitude1) * radians) / 2) ** 2;
  const along = Math.sin(((longitude2 - longitude1) * radians) / 2) ** 2;
  const chord = across + Math.cos(latitude1 * radians) * Math.cos(latitude2 * radians) * along;
  return 2 * EARTH * Math.asin(Math.min(1, Math.sqrt(chord)));
}

export type Point = readonly [latitude: number, longitude: number];

/**
 * A place as a short text that two sightings there share: `DE`, or `DE 52 13` (whole degrees) where the database knows cities. '' when there
 * is no country that can be placed.
 */
export function spotOf({ country, latitude, longitude }: Place): string {
  if (!Object.hasOwn(COUNTRIES, country)) return '';
  if (latitude === undefined || longitude === undefined) return country;
  // Adding 0 makes 0 of −0.
  return `${country} ${Math.round(latitude) + 0} ${Math.round(longitude) + 0}`;
}

/** The country of a spot. */
export function countryOf(spot: string): string {
  return spot.slice(0, 2);
}

/** Whether the spot is told by a city's coordinates and not by its country alone. */
export function isExact(spot: string): boolean {
  return spot.length > 2;
}

/** Name of a country in English; the code itself where it is not known. */
export function countryName(country: string): string {
  return Object.hasOwn(COUNTRIES, country) ? (COUNTRIES[country] as Country)[0] : country;
}

/**
 * The least distance in km between someone at one spot and someone at the other: that of their middles less what each reaches. 0 for
 * neighbours, and where a spot is not known.
 */
export function leastDistance(from: string, to: string): number {
  const [a, b] = [middleOf(from), middleOf(to)];
  if (a === undefined || b === undefined || from === to) return 0;
  return Math.max(0, distance(a.point, b.point) - a.reach - b.reach);
}

function middleOf(spot: string): { readonly point: Point; readonly reach: number } | undefined {
  const country = countryOf(spot);
  if (!Object.hasOwn(COUNTRIES, country)) return undefined;
  const [, latitude, longitude, reach] = COUNTRIES[country] as Country;
  if (!isExact(spot)) return { point: [latitude, longitude], reach };
  const [north, east] = spot.slice(3).split(' ').map(Number);
  return { point: [north as number, east as number], reach: CITY_REACH };
}

/** What an address belongs to: `AS64496` where the database knows, else its `203.0.113.0/24` or `2001:db8:1::/48`; '' for what is no address. */
export function networkOf(address: string, place: Place | null): string {
  const parsed = parseAddress(address);
  if (parsed === null) return '';
  if (place?.asn !== undefined) return `AS${place.asn}`;
  return blockOf(parsed);
}

/** The /24 or /48 of an address as text; '' for what is no address. */
export function addressBlock(address: string): string {
  const parsed = parseAddress(address);
  return parsed === null ? '' : blockOf(parsed);
}

function blockOf(address: NonNullable<ReturnType<typeof parseAddress>>): string {
  const bytes = address.toByteArray();
  if (bytes.length === 4) return `${bytes.slice(0, 3).join('.')}.0/24`;
  const groups = [0, 2, 4].map((i) => (((bytes[i] as number) << 8) | (bytes[i + 1] as number)).toString(16));
  return `${groups.join(':')}::/48`;
}
