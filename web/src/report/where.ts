import { html, type TemplateResult } from 'lit';
import type { Located } from '../contract/schemas.ts';
import { said } from '../locale/format.ts';
import { locale } from '../locale/locale.ts';
import type { ResidentCatalogue } from '../locale/resident.ts';
import type { Setting } from '../page/settings.ts';
import { byTouch } from '../page/touch.ts';
import type { Draft } from './draft.ts';
import { locatedView, type Sides } from './located.ts';
import type { ChosenPlace } from './place-tools.ts';

interface WhereState {
  t: ResidentCatalogue;
  setting: Setting;
  draft: Draft;
  /** Who answers for the place, as far as that is known. */
  located: Located | 'asking' | 'failed' | undefined;
  sides: Sides;
  mapped: boolean;
  sending: boolean;
  wrong: string;
  place(event: CustomEvent<ChosenPlace>): void;
  centre(): void;
}

/** Where it is, who answers there, and how to say so without pointing. */
export function whereView(s: WhereState): TemplateResult {
  return html`<section class="card where" ?inert=${s.sending} aria-labelledby="where-title">
    <h2 id="where-title" tabindex="-1">${s.t.stepWhere}</h2>
    <div class="located" tabindex="-1" aria-live="polite" aria-busy=${s.located === 'asking'}>${locatedPart(s)}</div>
    <p class="wrong">${s.wrong}</p>
    <weige-place-tools .areas=${s.setting.areas} .place=${s.draft.place} .mapped=${s.mapped} @place=${s.place} @centre=${s.centre}></weige-place-tools>
  </section>`;
}

function locatedPart({ t, setting, draft, located, sides, mapped }: WhereState): TemplateResult {
  switch (located) {
    case undefined: return draft.address ? html`<div class="notice warn"><p class="said">${t.placeByAddress(draft.address)}</p><p>${t.outsideNote(said(setting.jurisdiction.queue, locale().language))}</p></div>`
      : html`<p class="hint">${!mapped ? t.noPlaceYet : byTouch() ? t.mapHintTouch : t.mapHintNoPin}</p>`;
    case 'asking': return html`<p class="hint">${t.locating}</p>`;
    case 'failed': return html`<p class="notice warn">${t.locateFailed} ${t.locateLater}</p>`;
    default: return locatedView(t, setting.jurisdiction, setting.areas, located, sides);
  }
}
