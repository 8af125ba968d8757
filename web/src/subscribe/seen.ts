import { html, nothing, type TemplateResult } from 'lit';
import type { Tracked } from '../contract/schemas.ts';
import { moment, said } from '../locale/format.ts';
import type { Catalogue, Language } from '../locale/locale.ts';
import type { Setting } from '../page/settings.ts';

/** What a follower sees of the report that they follow: to who gave its code its words as well, to others what is public. */
export function seenView(t: Catalogue, language: Language, setting: Setting, tracked: Tracked): TemplateResult {
  const zone = setting.jurisdiction.time_zone;
  return html`<section class="card" aria-labelledby="seen"><h2 id="seen">${said(tracked.service.name, language)} <span class="chip">${t[`status_${tracked.status}`]}</span></h2>
    <dl class="facts"><dt>${t.nowWith}</dt><dd>${whoHasIt(t, language, tracked.assignee)}</dd>
      <dt>${t.placeLabel}</dt><dd>${tracked.chain.length > 0 ? tracked.chain.map(({ name }) => name).join('\u00a0› ') : t.outside}</dd>
      ${tracked.resolve_by ? html`<dt>${t.resolveBy}</dt><dd>${t.dueBy(moment(t, zone, tracked.resolve_by))}</dd>` : nothing}
      ${tracked.original ? html`<dt>${t.statusLabel}</dt><dd>${t.trackOriginal(t[`status_${tracked.original.status}`], moment(t, zone, tracked.original.filed_at))}</dd>` : nothing}
      ${tracked.description ? html`<dt>${t.whatWasSaid}</dt><dd class="said">${tracked.description}</dd>` : nothing}</dl>
    <div><h3>${t.timeline}</h3>
      <ol class="timeline">${[...tracked.events].reverse().map((event) => html`<li><time datetime=${event.at}>${moment(t, zone, event.at)}</time>
        ${what(t, language, event)}${event.reply ? html`<br><span class="said">${event.reply}</span>` : nothing}</li>`)}</ol></div>
  </section>`;
}

/** What happened, in the words of the tracking page; of what it has no words for, who has the report. */
function what(t: Catalogue, language: Language, { kind, by, assignee }: Tracked['events'][number]): string {
  if (kind === 'resolved' && by === 'staff') return t.event_resolved_staff;
  const who = whoHasIt(t, language, assignee);
  const words: unknown = kind === 'filed' ? t.eventFiled : kind === 'reassigned' ? t.eventReassigned : (t as unknown as Record<string, unknown>)[`event_${kind}`];
  return typeof words === 'function' ? String(words(who)) : who;
}

/** As page/assignee.ts says it; written here again because a share of it would cost every page of staff a file more. */
function whoHasIt(t: Catalogue, language: Language, { role, queue, area }: Tracked['assignee']): string {
  const name = said(role, language);
  return queue ? t.inQueue(name) : area?.name ? t.withRole(name, area.name) : name;
}
