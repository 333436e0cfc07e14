import { Reader } from 'mmdb-lib';
import { isPrivate, parseAddress } from '../config/network.ts';
import { COUNTRIES } from './countries.ts';
import type { GeoDatabase, Place } from './geo.ts';

/** A file that cannot be used as a geolocation database, and why. */
export class GeoDatabaseError extends Error {
  override readonly name = 'GeoDatabaseError';
}

/** Beyond this radius (km) a database's coordinates stand for a country and not for a city. */
const WIDEST_CITY = 300;
const LONGEST_CITY = 64;
const MOST_REMEMBERED = 20_000;
/** Bytes of zeros between an MMDB file's tree and its data. */
const SEPARATOR = 16;
/** Looked up once when a file is opened: a damaged one shall be told of then. */
const PROBES = ['8.8.8.8', '1.1.1.1', '193.0.6.139', '200.160.2.3', '2001:4860:4860::8888', '2a00:1450:4001:80b::200e'];

/**
 * A database from the bytes of an MMDB file. Takes the fields of MaxMind's and DB-IP's files (country, city, ASN), of ip-location-db's and of
 * IPinfo's. Throws a {@link GeoDatabaseError} for anything that is no such file.
 * @see https://maxmind.github.io/MaxMind-DB/
 */
export function geoDatabase(bytes: Buffer): GeoDatabase {
  const reader = open(bytes);
  const { databaseType, buildEpoch, ipVersion } = reader.metadata;
  const look = (address: string): Place | null => {
    const parsed = parseAddress(address);
    if (parsed === null || isPrivate(parsed) || (ipVersion === 4 && parsed.kind() === 'ipv6')) return null;
    return placeOf(reader.get(parsed.toString()));
  };
  try {
    for (const probe of PROBES) look(probe);
  } catch (error) {
    throw new GeoDatabaseError(`the MMDB file is damaged: ${(error as Error).message}`);
  }
  const locate = (address: string): Place | null => {
    try {
      return look(address);
    } catch {
      // One damaged entry of a file costs that entry.
      return null;
    }
  };
  return { name: `${databaseType} ${buildEpoch.toISOString().slice(0, 10)}`, locate };
}

/** One database of several: each field is the first's that knows it. Remembers what was asked lately. Undefined for none. */
export function combined(databases: readonly GeoDatabase[]): GeoDatabase | undefined {
  if (databases.length === 0) return undefined;
  const remembered = new Map<string, Place | null>();
  const locate = (address: string): Place | null => {
    let place = remembered.get(address);
    if (place === undefined) {
      place = placeIn(databases, address);
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      remembered.set(address, place);
    }
    return place;
  };
  return { name: databases.map(({ name }) => name).join(' + '), locate };
}

function placeIn(databases: readonly GeoDatabase[], address: string): Place | null {
  const places = databases.map((database) => database.locate(address)).filter((place) => place !== null);
  if (places.length === 0) return null;
  const { country, ...at } =
    places.find(({ latitude }) => latitude !== undefined) ?? places.find((place) => place.country !== '') ?? NOWHERE;
  const asn = places.find((place) => place.asn !== undefined)?.asn;
  return { ...at, country, ...(asn === undefined ? {} : { asn }) };
}

const NOWHERE: Place = { country: '', city: '' };

type Fields = Readonly<Record<string, unknown>>;

function open(bytes: Buffer): Reader<never> {
  let reader: Reader<never>;
  try {
    reader = new Reader<never>(bytes);
  } catch (error) {
    throw new GeoDatabaseError(`it is no MMDB file: ${(error as Error).message}`);
  }
  const { binaryFormatMajorVersion, ipVersion, nodeCount, searchTreeSize, databaseType, buildEpoch } = reader.metadata;
  const isWhole = nodeCount > 0 && searchTreeSize + SEPARATOR < bytes.length;
  if (binaryFormatMajorVersion !== 2) throw new GeoDatabaseError('it is no MMDB file of format 2');
  if (!isWhole || (ipVersion !== 4 && ipVersion !== 6))
    throw new GeoDatabaseError('the MMDB file is damaged: its tree does not fit into it');
  if (typeof databaseType !== 'string' || Number.isNaN(buildEpoch.getTime()))
    throw new GeoDatabaseError('the MMDB file does not say what it is');
  return reader;
}

function placeOf(entry: unknown): Place | null {
  const fields = fieldsOf(entry);
  const country = countryCode(fields);
  const asn = asNumber(fields);
  const names = fieldsOf(fieldsOf(fields.city).names);
  const city = (textOf(fields.city) || textOf(names.en)).slice(0, LONGEST_CITY);
  const at = city === '' ? null : coordinates(fields);
  if (country === '' && asn === undefined) return null;
  return { country, city, ...(at ?? {}), ...(asn === undefined ? {} : { asn }) };
}

function countryCode(fields: Fields): string {
  const codes = [fields.country_code, fields.country, fieldsOf(fields.country).iso_code, fieldsOf(fields.registered_country).iso_code];
  return codes.map((code) => textOf(code).toUpperCase()).find((code) => Object.hasOwn(COUNTRIES, code)) ?? '';
}

function asNumber(fields: Fields): number | undefined {
  const stated = fields.autonomous_system_number ?? fieldsOf(fields.traits).autonomous_system_number ?? fields.asn;
  const number = typeof stated === 'string' ? Number(/^(?:AS)?(\d{1,10})$/i.exec(stated)?.[1]) : stated;
  return typeof number === 'number' && Number.isInteger(number) && number > 0 ? number : undefined;
}

function coordinates(fields: Fields): Pick<Place, 'latitude' | 'longitude'> | null {
  const from = 'latitude' in fields ? fields : fieldsOf(fields.location);
  const [latitude, longitude] = [Number(from.latitude ?? Number.NaN), Number(from.longitude ?? Number.NaN)];
  if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180) || Number(from.accuracy_radius ?? 0) > WIDEST_CITY) return null;
  return { latitude, longitude };
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
