import { html, nothing, type TemplateResult } from 'lit';
import type { Service } from '../contract/schemas.ts';
import type { Language } from '../locale/locale.ts';
import type { ResidentCatalogue } from '../locale/resident.ts';
import type { Draft } from './draft.ts';
import { publicFacts } from './facts.ts';
import { personalMarks, publicWords, without, type Mark } from './personal.ts';

interface PreviewState {
  t: ResidentCatalogue;
  language: Language;
  service: Service | undefined;
  draft: Draft;
  hasContact: boolean;
}

/** Exactly what the public will see of the report, and who sees the rest. */
export function preview({ t, language, service, draft, hasContact }: PreviewState): TemplateResult | typeof nothing {
  if (!service) return nothing;
  const words = draft.shared && !service.private ? publicWords(draft.words) : '';
  const rest = [words ? t.previewWordsShared : t.previewWords, ...(draft.photos.length > 0 ? [t.previewPhotos] : []), ...(hasContact ? [t.previewContact] : [])];
  return html`<section class="card preview" aria-labelledby="preview-title">
    <h2 id="preview-title">${t.previewTitle}</h2>
    ${service.private ? html`<p>${t.servicePrivate}</p>` : html`<div class="public-view">${publicFacts(t, language, service, { status: 'received', filedAt: new Date().toISOString(), words })}
      <p class="hint">${draft.address ? t.previewUnplaced : t.previewPoint}</p></div>`}
    <ul class="rest">${rest.map((one) => html`<li>${one}</li>`)}</ul>
  </section>`;
}

/** What in the words could lead to a person: marked in them, each with one tap that takes it out. */
export function marksView(t: ResidentCatalogue, words: string, change: (words: string) => void): TemplateResult | typeof nothing {
  const marks = personalMarks(words);
  if (marks.length === 0) return nothing;
  return html`<div class="notice warn marks" role="group" aria-labelledby="marks-title">
    <p id="marks-title"><strong>${t.marksTitle(String(marks.length))}</strong> ${t.marksNote}</p>
    <p class="said">${pieces(words, marks)}</p>
    <div class="buttons">${marks.map((mark) => html`<button type="button" class="secondary" @click=${() => change(without(words, mark))}>${t.markRemove(t[`mark_${mark.kind}`], words.slice(mark.from, mark.to))}</button>`)}</div>
  </div>`;
}

function pieces(words: string, marks: readonly Mark[]) {
  let end = 0;
  const all: unknown[] = [];
  for (const { from, to } of marks) {
    all.push(words.slice(end, from), html`<mark>${words.slice(from, to)}</mark>`);
    end = to;
  }
  return [...all, words.slice(end)];
}
