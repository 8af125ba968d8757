import { html, nothing, type TemplateResult } from 'lit';
import type { Service } from '../contract/schemas.ts';
import { ago, distance, said } from '../locale/format.ts';
import type { Language } from '../locale/locale.ts';
import type { ResidentCatalogue } from '../locale/resident.ts';
import type { Near } from './similar.ts';

/** What is known to all about one report. */
export function publicFacts(t: ResidentCatalogue, language: Language, service: Service | undefined, one: Pick<Near, 'status' | 'filedAt' | 'words'> & { metres?: number }): TemplateResult {
  return html`<p class="public-facts"><strong>${said(service?.name, language)}</strong> <span class="chip ${one.status === 'received' ? 'waiting' : ''}">${t[`status_${one.status}_short`]}</span></p>
    ${one.words ? html`<p class="public-words">${one.words}</p>` : nothing}
    <p class="hint">${[one.metres === undefined ? '' : t.similarAway(distance(t, one.metres)), t.similarFiled(ago(t, one.filedAt))].filter(Boolean).join(t.dot)}</p>`;
}
