import { html, nothing, type TemplateResult } from 'lit';
import { keyed } from 'lit/directives/keyed.js';
import type { Client } from '../contract/client.ts';
import type { PublicReports, Service, Status } from '../contract/schemas.ts';
import { ago, distance, moment, said } from '../locale/format.ts';
import type { Language } from '../locale/locale.ts';
import type { ResidentCatalogue } from '../locale/resident.ts';
import type { Setting } from '../page/settings.ts';
import type { Place } from './draft.ts';

/** An open report near a place, as everybody may see it: no persons, and words only where its reporter agreed. */
export interface Near {
  id: string;
  service: string;
  status: Status;
  filedAt: string;
  metres: number;
  words: string;
}

/** Metres within which a report can be of the same thing, and how many are shown. */
const reach = 150;
const mostShown = 3;
/** Metres per degree of latitude. */
const perDegree = 111_195;

/** West, south, east, north around a place, as the contract writes it. */
export function around({ lon, lat }: Pick<Place, 'lon' | 'lat'>): string {
  const north = reach / perDegree;
  const east = north / Math.max(0.01, Math.cos((lat * Math.PI) / 180));
  return [lon - east, lat - north, lon + east, lat + north].map((one) => one.toFixed(6)).join(',');
}

/** The reports within reach of a place, nearest first. Distances are right to a per cent, which is enough to judge by. */
export function nearest(reports: PublicReports, { lon, lat }: Pick<Place, 'lon' | 'lat'>): Near[] {
  return reports.features
    .map(({ id, geometry: { coordinates: [x = 0, y = 0] }, properties }) => ({
      id, service: properties.service_code, status: properties.status, filedAt: properties.filed_at, words: properties.words ?? '',
      metres: Math.hypot((x - lon) * Math.cos((lat * Math.PI) / 180), y - lat) * perDegree,
    }))
    .filter((one) => one.metres <= reach)
    .sort((a, b) => a.metres - b.metres);
}

/** Those of one service that are shown. */
export function similar(all: readonly Near[], service: string): readonly Near[] {
  return service ? all.filter((one) => one.service === service).slice(0, mostShown) : [];
}

/**
 * The smallest print of the first released photo of each report, as an address in this page's memory: pages may connect to the store but not embed
 * what is there. Reports without one are left out.
 */
export async function firstPhotos(client: Client, reports: readonly Near[]): Promise<ReadonlyMap<string, string>> {
  const found = await Promise.all(reports.map(async ({ id }) => {
    const { photos } = await client.get('/v1/{jurisdiction}/released-photos', { query: { report: id } });
    const print = photos[0]?.prints[0];
    const answer = print && (await fetch(print.url, { credentials: 'omit', referrerPolicy: 'no-referrer' }));
    return [id, answer?.ok ? URL.createObjectURL(await answer.blob()) : ''] as const;
  }));
  return new Map(found.filter(([, url]) => url !== ''));
}

interface SimilarState {
  t: ResidentCatalogue;
  language: Language;
  service: Service | undefined;
  list: readonly Near[];
  photos: ReadonlyMap<string, string>;
  meToo(one: Near): void;
  mineIsNew(): void;
}

/** What is known to all about one report. */
export function publicFacts(t: ResidentCatalogue, language: Language, service: Service | undefined, one: Pick<Near, 'status' | 'filedAt' | 'words'> & { metres?: number }): TemplateResult {
  return html`<p class="public-facts"><strong>${said(service?.name, language)}</strong> <span class="chip ${one.status === 'received' ? 'waiting' : ''}">${t[`status_${one.status}_short`]}</span></p>
    ${one.words ? html`<p class="public-words">${one.words}</p>` : nothing}
    <p class="hint">${[one.metres === undefined ? '' : t.similarAway(distance(t, one.metres)), t.similarFiled(ago(t, one.filedAt))].filter(Boolean).join(t.dot)}</p>`;
}

/** Open reports of the same service nearby, well enough to judge, over the page: one tap says that it is the same, one that it is not. */
export function similarView({ t, language, service, list, photos, meToo, mineIsNew }: SimilarState): TemplateResult | typeof nothing {
  if (list.length === 0) return nothing;
  // Other reports make another sheet, which appears where the one before it went: one that grew would move.
  return html`${keyed(list.map((one) => one.id).join(), html`<div class="sheet similar notice" role="group" aria-labelledby="similar-title">
    <p id="similar-title"><strong>${t.similarTitle(String(list.length))}</strong></p>
    <ul>${list.map((one) => html`<li>
      <div>${publicFacts(t, language, service, one)}</div>
      <div class="similar-photo">${photos.has(one.id) ? html`<img src=${photos.get(one.id) ?? ''} alt=${t.similarPhoto} width="72" height="72">` : nothing}</div>
      <button type="button" class="secondary" @click=${() => meToo(one)}>${t.meToo}</button></li>`)}</ul>
    <button type="button" class="primary new" @click=${mineIsNew}>${t.mineIsNew}</button>
  </div>`)}`;
}

/** The report that somebody meets too: how it stands, and how to hear of it. */
export function meTooView(t: ResidentCatalogue, language: Language, setting: Setting, service: Service | undefined, one: Near, anyway: () => void): TemplateResult {
  return html`<div class="similar notice" role="group" aria-labelledby="me-too">
    <p id="me-too" tabindex="-1"><strong>${t.meTooTitle}</strong></p>
    <div class="public-view">${publicFacts(t, language, service, one)}
      <p class="hint">${moment(t, setting.jurisdiction.time_zone, one.filedAt)}${t.dot}${t[`status_${one.status}`]}</p></div>
    <p>${t.meTooNote}</p>
    <weige-follow .setting=${setting} .what=${{ report: one.id }}></weige-follow>
    <button type="button" class="quiet" @click=${anyway}>${t.meTooAnyway}</button>
  </div>`;
}
