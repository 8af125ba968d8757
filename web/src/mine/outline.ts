import { html, nothing, svg, type TemplateResult } from 'lit';
import { said } from '../locale/format.ts';
import type { StaffCatalogue } from '../locale/staff.ts';
import type { Listing } from './list.ts';
import { frameOf, type Case, type Frame, type Place } from './order.ts';
import type { Kept } from './kept.ts';

/** Units of the drawing: as many as a small phone is wide. */
const width = 320;
const margin = 22;

const placed = ({ address_grade }: Case['item']): boolean => address_grade !== 'none';

/** The member's areas with their cases, drawn without a map so that it needs no network; what they answer for, and who stands in. */
export function areaSection(l: Listing & { here: Place | undefined; today: string }): TemplateResult | typeof nothing {
  const { s, kept } = l;
  if (kept.duties.length === 0) return nothing;
  const stations = kept.duties.flatMap(({ person, station }) => (person === kept.person && station?.at ? [{ lon: station.at[0] ?? 0, lat: station.at[1] ?? 0 }] : []));
  const frame = frameOf(kept.outlines, [...l.entries.map(({ of }) => of.item).filter(placed), ...stations], width, margin);
  return html`<section class="card mine-area"><h2>${s.mineArea}</h2>${frame ? drawing(l, frame, stations) : nothing}
    <ul>${kept.duties.map((duty) => dutyLine(l, duty))}</ul></section>`;
}

function drawing({ s, kept, entries, here }: Listing & { here: Place | undefined }, frame: Frame, stations: readonly Place[]): TemplateResult {
  const { x, y, height } = frame;
  const names = kept.outlines.map(({ name }) => name).join(s.listSeparator);
  const ring = (points: readonly (readonly [number, number])[]) => `M${points.map(([lon, lat]) => `${x(lon).toFixed(1)} ${y(lat).toFixed(1)}`).join('L')}Z`;
  return html`<svg class="outline" viewBox="0 0 ${width} ${height}" role="img" aria-label=${s.mineOutline(names, String(entries.filter(({ gone }) => !gone).length))}>
    ${kept.outlines.map(({ rings }) => svg`<path class="outline-area" d=${rings.map(ring).join('')} />`)}
    ${stations.map(({ lon, lat }) => svg`<path class="outline-station" d="M${x(lon) - 8} ${y(lat) + 8}v-9l8 -7l8 7v9z" />`)}
    ${here && x(here.lon) > 0 && x(here.lon) < width && y(here.lat) > 0 && y(here.lat) < height ? svg`<circle class="outline-here" cx=${x(here.lon)} cy=${y(here.lat)} r="8" />` : nothing}
    ${entries.map(({ of: { item }, gone }, at) => gone || !placed(item) ? nothing : svg`<g class=${item.late ? 'outline-case late' : 'outline-case'}><circle cx=${x(item.lon)} cy=${y(item.lat)} r="10" /><text x=${x(item.lon)} y=${y(item.lat) + 4}>${at + 1}${item.late ? '!' : ''}</text></g>`)}</svg>`;
}

function dutyLine({ t, s, language, kept, today }: Listing & { today: string }, duty: Kept['duties'][number]): TemplateResult {
  const name = (person: string) => kept.people[person] ?? person;
  const role = said(kept.jurisdiction.roles?.find((one) => one.role === duty.role)?.name, language) || duty.role;
  const away = (duty.away ?? []).find((one) => one.to >= today);
  const own = duty.person === kept.person;
  return html`<li><strong>${kept.names[duty.area] ?? duty.area}</strong> · ${own ? role : s.mineStandIn(name(duty.person))}
    ${own ? html`<br>${s.mineDeputies}${t.lang === 'en' ? ': ' : '：'}${(duty.deputies ?? []).map(name).join(s.listSeparator) || s.mineNoDeputies}` : nothing}
    ${duty.station ? html`<br>${s.mineStation}${t.lang === 'en' ? ': ' : '：'}${duty.station.name}${own ? stationLink(s, duty.station.at) : nothing}` : nothing}
    ${away ? html`<br><span class="chip waiting">${s.mineAwayFrom(away.from, away.to)}</span>` : nothing}</li>`;
}

function stationLink(s: StaffCatalogue, at: readonly number[] | undefined): TemplateResult | typeof nothing {
  const [lon, lat] = at ?? [];
  return lon === undefined || lat === undefined ? nothing : html` <a class="secondary" data-at="${lat}, ${lon}" href="geo:${lat},${lon}?q=${lat},${lon}">${s.mineGo}</a>`;
}
