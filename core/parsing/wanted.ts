import { type AnnouncedObject, readNotification } from '../records/notification.ts';
import { type KeyKind, keyKind } from './key.ts';

/** A message of the ingest queue. */
export interface Message {
  readonly id: string;
  readonly body: string;
  /** When it was sent, milliseconds since 1970. */
  readonly sent: number;
  /** How often it was received, this time included. @default 1 */
  readonly receives?: number;
}

/** An object that messages ask for. */
export interface Wanted {
  readonly object: AnnouncedObject;
  readonly kind: KeyKind;
  /** Ids of the messages. */
  readonly messages: string[];
  /** When it was created, as far as the messages tell. */
  readonly time: number;
  /** The most receives of a message that names the object, in whatever way. */
  readonly receives: number;
}

/** What the messages of one invocation ask for. */
export interface Wishes {
  /** Each object once; what was received most often first, else by name: the same messages in another order give the same batches. */
  readonly wanted: readonly Wanted[];
  /** Messages that could not be understood, or not whole, and why. */
  readonly unknown: readonly { readonly message: Message; readonly reason: string }[];
  /** Parts of messages that ask for nothing. */
  readonly ignored: number;
}

export function wishesOf(messages: readonly Message[]): Wishes {
  const wanted = new Map<string, Omit<Wanted, 'receives'>>();
  const receives = new Map<string, number>();
  const unknown: { message: Message; reason: string }[] = [];
  let ignored = 0;
  for (const message of messages) {
    const heard = readNotification(message.body);
    ignored += heard.ignored.length;
    if (heard.unknown.length > 0) unknown.push({ message, reason: [...new Set(heard.unknown)].join(' ') });
    for (const object of heard.objects) {
      const name = nameOf(object);
      const place = placeOf(object);
      receives.set(place, Math.max(receives.get(place) ?? 1, message.receives ?? 1));
      const known = wanted.get(name);
      if (known === undefined) {
        wanted.set(name, { object, kind: keyKind(object.key), messages: [message.id], time: object.time ?? message.sent });
      } else if (!known.messages.includes(message.id)) known.messages.push(message.id);
    }
  }
  const ordered = [...wanted]
    .map(([name, one]) => ({ name, one: { ...one, receives: receives.get(placeOf(one.object)) ?? 1 } }))
    .sort((a, b) => b.one.receives - a.one.receives || (a.name < b.name ? -1 : 1))
    .map(({ one }) => one);
  return { wanted: ordered, unknown: unknown.sort((a, b) => (a.message.id < b.message.id ? -1 : 1)), ignored };
}

/** What is live sorts before what a backfill asks for: of two sections of the same object the first counts. */
function nameOf({ bucket, key, version, etag, backfill }: AnnouncedObject): string {
  return JSON.stringify([backfill === undefined ? '' : backfill.id, bucket, key, version ?? etag ?? '']);
}

/** Not the version: however often one of them was received, what is live goes before the same object in a backfill. */
function placeOf({ bucket, key }: AnnouncedObject): string {
  return `${bucket}/${key}`;
}
