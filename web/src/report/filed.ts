import { html, nothing, type TemplateResult } from 'lit';
import type { Filed } from '../contract/schemas.ts';
import { moment } from '../locale/format.ts';
import type { ResidentCatalogue } from '../locale/resident.ts';
import { whoHasIt } from '../page/assignee.ts';
import '../page/copy.ts';
import { pageAddress, type Setting } from '../page/settings.ts';
import type { Waiting } from './outbox.ts';
import { chainList } from './located.ts';
import { noticeView } from './questions.ts';

/** A report that arrived, and how many of its photos did not. */
export interface Receipt {
  filed: Filed;
  lostPhotos: number;
}

interface FiledState extends Receipt {
  t: ResidentCatalogue;
  setting: Setting;
  /** What has to be done at once. */
  notices: readonly string[];
  again: () => void;
}

/** What somebody has to know of a report that could not be sent yet, or, where it waits no more, that it was; the outbox says how it goes on. */
export function savedView(t: ResidentCatalogue, waiting: Pick<Waiting, 'unsure'> | undefined, notices: readonly string[], again: () => void): TemplateResult {
  return html`<section class="card filed" aria-labelledby="saved"><h2 id="saved" tabindex="-1">${!waiting ? t.filedTitle : waiting.unsure ? t.savedAgain : t.savedTitle}</h2>
    ${noticeView(t, notices)}
    <div class="buttons"><button type="button" class="secondary" @click=${again}>${t.reportAnother}</button></div></section>`;
}

/** What somebody has to keep of a report that was filed. */
export function filedView({ t, setting, filed: answer, lostPhotos, notices, again }: FiledState): TemplateResult {
  const code = answer.tracking_code;
  return html`<section class="card filed" aria-labelledby="filed">
    <h2 id="filed" tabindex="-1">${t.filedTitle}</h2>
    ${noticeView(t, notices)}
    ${lostPhotos > 0 ? html`<p class="notice warn">${t.photosLost}</p>` : nothing}
    <div class="ticket">
      <p class="ticket-label" id="code-label">${t.trackingCode}</p>
      <p class="code" aria-labelledby="code-label" role="group"><span>${code}</span></p>
      <weige-copy .text=${code}></weige-copy>
    </div>
    <p>${t.filedKeep}</p>
    <div class="buttons">
      <a class="primary" href=${pageAddress('/track/', location.search, code)}>${t.follow}</a>
      <button type="button" class="secondary" @click=${again}>${t.reportAnother}</button>
    </div>
    <dl class="facts">
      <dt>${t.nowWith}</dt><dd><strong>${whoHasIt(t, answer.assignee)}</strong></dd>
      ${answer.located.chain.length > 0 ? html`<dt>${t.placeLabel}</dt><dd>${chainList(t, setting.areas, answer.located.chain)}</dd>` : nothing}
      <dt>${t.filedAt}</dt><dd>${moment(t, setting.jurisdiction.time_zone, answer.filed_at)}</dd>
    </dl>
  </section>`;
}
