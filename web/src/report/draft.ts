import { newKey } from '../contract/once.ts';
import type { ContactInput, ReportInput } from '../contract/schemas.ts';
import type { Catalogue, Language } from '../locale/locale.ts';
import { rounded } from '../map/features.ts';
import { MOST_PHOTOS, type KeptPhoto } from './photo.ts';

/** Where the problem is: degrees in WGS 84, and within how many metres that is meant. */
export interface Place {
  lon: number;
  lat: number;
  accuracy: number;
}

/** Answers by the question's code. */
export type Answers = Readonly<Record<string, readonly string[]>>;

/** What somebody has entered so far. Contact details are not part of it: they are never written to the device. */
export interface Draft {
  place: Place | undefined;
  /** Where it is as somebody wrote it, which was not found; only where there is no place. */
  address: string;
  service: string;
  words: string;
  /** Anybody may read of the words what the preview shows. */
  shared: boolean;
  /** To the questions of the service, by the question's code. */
  answers: Answers;
  photos: readonly KeptPhoto[];
  /** Idempotency key of this draft: it stays until the report is filed, so that trying again never files twice. */
  key: string;
}

/** At most this many characters, as the contract says of `description`. */
export const MOST_WORDS = 500;

/** The field of a question. */
export type AnswerField = `answers.${string}`;

/** Fields of the form, named as the server names them. */
export type Field = AnswerField | 'place' | 'service_code' | 'description' | 'photos' | 'contact.email' | 'contact.phone' | 'contact.name';

export interface Problem {
  field: Field;
  text: string;
}

export function emptyDraft(key: string = newKey()): Draft {
  return { place: undefined, address: '', service: '', words: '', shared: false, answers: {}, photos: [], key };
}

/** Characters as people count them, which is how the server counts too. */
export function length(words: string): number {
  return [...words.trim()].length;
}

/** What is still missing or wrong, in the order of the form. */
export function problems(t: Catalogue, draft: Draft, contact: ContactInput): Problem[] {
  const list: Problem[] = [];
  const add = (field: Field, text: string) => list.push({ field, text });
  if (!draft.place && !draft.address) add('place', t.needPlace);
  if (!draft.service) add('service_code', t.needService);
  const words = length(draft.words);
  if (words === 0) add('description', t.needWords);
  if (words > MOST_WORDS) add('description', t.tooManyWords);
  if (contact.phone?.trim() && !/\d/.test(contact.phone)) add('contact.phone', t.badPhone);
  if (contact.email?.trim() && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(contact.email.trim())) add('contact.email', t.badEmail);
  return list;
}

/** The field of the form that a field of the request belongs to; undefined when the form has none for it. */
export function formField(field: string | undefined): Field | undefined {
  switch (field) {
    case 'lon': case 'lat': case 'accuracy': case 'datum': case 'address': return 'place';
    case 'service_code': case 'description': case 'photos': case 'contact.email': case 'contact.phone': case 'contact.name': return field;
    case 'contact': return 'contact.name';
    default: return field?.startsWith('answers.') ? (field as AnswerField) : undefined;
  }
}

/** The request that files a draft, by its address where it has no place, with the answers that belong to its service. Empty contact details are left out, so that an empty form stores nothing. */
export function reportInput(draft: Draft, place: Place | undefined, contact: ContactInput, locale: Language, answers: Answers = {}, photos: readonly string[] = []): ReportInput {
  const input: ReportInput = {
    service_code: draft.service, ...(place ? { lon: rounded(place.lon), lat: rounded(place.lat), datum: 'WGS84', accuracy: place.accuracy } : { address: draft.address }),
    description: draft.words.trim(), locale,
  };
  const given = Object.entries(contact).map(([name, value]) => [name, String(value ?? '').trim()] as const).filter(([, value]) => value !== '');
  if (Object.keys(answers).length > 0) input.answers = Object.fromEntries(Object.entries(answers).map(([code, values]) => [code, [...values]]));
  if (draft.shared) input.public_words = true;
  if (photos.length > 0) input.photos = [...photos];
  if (given.length > 0) input.contact = Object.fromEntries(given);
  return input;
}

/** The draft that was kept on this device, or an empty one; whatever is stored there is not trusted. */
export function draftOf(kept: unknown, newDraft = emptyDraft): Draft {
  const found = (kept ?? {}) as Partial<Draft>;
  if (typeof found.key !== 'string' || found.key.length < 8) return newDraft();
  return {
    place: isPlace(found.place) ? found.place : undefined,
    address: typeof found.address === 'string' && !isPlace(found.place) ? found.address : '',
    service: typeof found.service === 'string' ? found.service : '',
    words: typeof found.words === 'string' ? found.words : '',
    shared: found.shared === true,
    answers: isAnswers(found.answers) ? found.answers : {},
    photos: Array.isArray(found.photos) ? found.photos.filter((one) => (one as Partial<KeptPhoto> | undefined)?.blob instanceof Blob).slice(0, MOST_PHOTOS) : [],
    key: found.key,
  };
}

/** Metres within which a place is meant that another page handed over: somebody pointed at it there. */
const handedAccuracy = 20;

/** The place that another page handed over in the fragment, as `#at=lon,lat`, which is then taken out of the address; fragments are sent to no server. */
export function handedOver(): Partial<Draft> {
  const [, lon, lat] = /^#at=(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)$/.exec(location.hash)?.map(Number) ?? [];
  if (lon === undefined || lat === undefined || Math.abs(lon) > 180 || Math.abs(lat) > 90) return {};
  history.replaceState(null, '', location.pathname + location.search);
  return { place: { lon, lat, accuracy: handedAccuracy }, address: '' };
}

export function isEmpty(draft: Draft): boolean {
  return !draft.place && !draft.address && !draft.service && draft.words.trim() === '' && draft.photos.length === 0;
}

function isPlace(value: unknown): value is Place {
  const place = value as Partial<Place> | undefined;
  return [place?.lon, place?.lat, place?.accuracy].every((one) => typeof one === 'number' && Number.isFinite(one));
}

function isAnswers(value: unknown): value is Answers {
  return typeof value === 'object' && value !== null
    && !Array.isArray(value) && Object.values(value).every((one) => Array.isArray(one) && one.every((each) => typeof each === 'string'));
}
