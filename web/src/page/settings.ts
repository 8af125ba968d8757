import { Client } from '../contract/client.ts';
import { areaTree, type AreaTree } from '../contract/areas.ts';
import { readAreas } from '../contract/pieces.ts';
import type { Jurisdiction } from '../contract/schemas.ts';
import type {} from './early.ts';

/** What the server says about itself at `/config.json`. */
export interface Settings {
  /** The jurisdiction shown when the address names none. */
  jurisdiction: string;
  /** OpenID Connect issuer of the staff's sign-in. */
  issuer: string;
  client_id: string;
  /** A demo on one machine: sign-in without a password. */
  demo: boolean;
  /** What lies under the areas on the map. */
  basemap?: Basemap;
}

/** Pictures by the tile, mostly of somebody else, or one archive of all tiles. */
export interface Basemap {
  /** Address patterns of pictures of 256 pixels, with `{z}`, `{x}` and `{y}`; each lies on those before. */
  tiles?: string[];
  /** Address of a PMTiles archive instead, on the pages' own host or another. */
  archive?: string;
  /** Who is to be named on the map. */
  attribution: string;
  /** Where the pictures have to be moved; WGS 84 without. */
  datum?: 'GCJ02';
  /** Zooms at which there are pictures. */
  min_zoom?: number;
  max_zoom?: number;
}

/** Everything a page needs to know before it can show anything about a jurisdiction. */
export interface Setting {
  settings: Settings;
  client: Client;
  jurisdiction: Jurisdiction;
  areas: AreaTree;
}

const pattern = /^[a-z0-9][a-z0-9-]{0,31}$/;

/** The jurisdiction an address asks for by `?j=`, or undefined. */
export function jurisdictionIn(search: string): string | undefined {
  const named = new URLSearchParams(search).get('j') ?? '';
  return pattern.test(named) ? named : undefined;
}

/** The address of a page of the client, with the jurisdiction if it is not the server's own. */
export function pageAddress(path: string, search: string, fragment = ''): string {
  const named = jurisdictionIn(search);
  return path + (named ? `?j=${named}` : '') + (fragment ? `#${fragment}` : '');
}

/** The answer that `early.ts` asked for already, for whoever asks for it first. */
function early(at: string): Promise<Response> | undefined {
  const { answers } = window.early ?? {};
  const answer = answers?.get(at);
  answers?.delete(at);
  return answer;
}

export async function readSettings(): Promise<Settings> {
  await (window.early ??= { answers: new Map(), asked: Promise.resolve() }).asked;
  const response = await (early('/config.json')?.catch(() => fetch('/config.json')) ?? fetch('/config.json'));
  if (!response.ok) throw new Error(`config.json: ${response.status}`);
  return (await response.json()) as Settings;
}

/** Reads the jurisdiction that the address asks for and the areas in force there, if any. */
export async function readSetting(token?: () => string | undefined): Promise<Setting> {
  const settings = await readSettings();
  const client = new Client({ jurisdiction: jurisdictionIn(location.search) ?? settings.jurisdiction, ...(token ? { token } : { early }) });
  const jurisdiction = await client.get('/v1/{jurisdiction}', {});
  const set = jurisdiction.boundary_set;
  const list = set ? await readAreas((cursor) => client.get('/v1/{jurisdiction}/boundary-sets/{set}/areas', { path: { set }, query: { geometry: false, ...cursor } })) : undefined;
  return { settings, client, jurisdiction, areas: areaTree(list?.features ?? [], jurisdiction.levels) };
}
