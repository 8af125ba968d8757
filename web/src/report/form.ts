import { html, nothing, type TemplateResult } from 'lit';
import type { Position } from '../contract/areas.ts';
import type { ContactInput, Service } from '../contract/schemas.ts';
import { said } from '../locale/format.ts';
import type { Language } from '../locale/locale.ts';
import type { ResidentCatalogue } from '../locale/resident.ts';
import { length, MOST_WORDS, type AnswerField, type Draft, type Field, type Problem } from './draft.ts';
import './photo-field.ts';
import type { KeptPhoto } from './photo.ts';
import { marksView, preview } from './preview.ts';
import { answerId, questionFields } from './questions.ts';

export interface FormState {
  t: ResidentCatalogue;
  language: Language;
  services: readonly Service[];
  draft: Draft;
  contact: ContactInput;
  wrong: readonly Problem[];
  notice: 'earlier-draft' | undefined;
  sending: boolean;
  /** Something is entered. */
  written: boolean;
  /** What is entered is kept on the device, where it can be. */
  keeps: boolean;
  /** As it is now it could not be. */
  unkept: boolean;
  /** It was asked for that all of it is deleted, and has to be said once more. */
  clearing: boolean;
  /** There are contact details of a report that was taken back, which are not shown. */
  hasOtherContact: boolean;
  /** What was reported nearby, or nothing. */
  similar: unknown;
  /** A photo says where it is. */
  takenAt(at: Position): void;
  change(change: Partial<Draft>): void;
  changeContact(change: Partial<ContactInput>): void;
  send(event?: SubmitEvent): void;
  sendAsNew(): void;
  askClearing(asking: boolean): void;
  clear(): void;
  takeContact(): void;
  /** Somebody went to a field. */
  focused(field: Element): void;
}

/** What is wrong and how to reach those who can help: everything of a report but its place. */
export function reportForm(s: FormState): TemplateResult {
  const { t } = s;
  return html`<form class="report-form" novalidate @submit=${s.send} @focusin=${(event: Event) => s.focused(event.target as Element)} aria-label=${t.titleReport}>
    <section class="card" aria-labelledby="what-title" ?inert=${s.sending}>
      <h2 id="what-title">${t.stepWhat}</h2>
      ${photoField(s)}${serviceField(s)}${questionsPart(s)}${s.similar}${wordsField(s)}
    </section>
    <section class="card" aria-labelledby="contact-title" ?inert=${s.sending}>
      <h2 id="contact-title">${t.stepContact}</h2>
      <p class="notice contact-note">${t.contactNote}</p>
      ${s.hasOtherContact ? html`<p class="hint">${t.contactNotTaken}</p><div class="buttons"><button type="button" class="secondary take-contact" @click=${s.takeContact}>${t.contactTake}</button></div>` : nothing}
      <div class="contact-fields">
        ${contactField(s, 'name', t.contactName, 'text', 'name', 100)}
        ${contactField(s, 'phone', t.contactPhone, 'tel', 'tel', 40)}
        ${contactField(s, 'email', t.contactEmail, 'email', 'email', 254)}
      </div>
    </section>
    ${preview({ t, language: s.language, service: serviceOf(s), draft: s.draft, hasContact: Object.values(s.contact).some((one) => String(one ?? '').trim() !== '') })}
    <div class="send">
      ${troubles(s)}
      <p class="sr" role="status">${s.sending ? t.sendingLocked : ''}</p>
      <div class="buttons">
        <button class="primary big" aria-disabled=${s.sending ? 'true' : 'false'}>${s.sending ? t.sending : t.send}</button>
        ${s.written && s.keeps && !s.sending ? clearing(s) : nothing}
      </div>
      ${s.written ? html`<p class="hint" id="draft-kept">${s.clearing ? t.clearAsk : s.keeps && !s.unkept ? t.draftKept : t.draftNotKept}</p>` : nothing}
    </div>
  </form>`;
}

/** Where it was asked for lies what leaves it, so that a second tap does no harm. */
function clearing(s: FormState): TemplateResult {
  const { t } = s;
  return s.clearing ? html`<button type="button" class="quiet keep-draft" aria-describedby="draft-kept" @click=${() => s.askClearing(false)}>${t.clearNot}</button>
      <button type="button" class="secondary clear-draft" aria-describedby="draft-kept" @click=${s.clear}>${t.clearYes}</button>`
    : html`<button type="button" class="quiet" id="clear-draft" @click=${() => s.askClearing(true)}>${t.clearDraft}</button>`;
}

function serviceOf(s: FormState): Service | undefined {
  return s.services.find((one) => one.service_code === s.draft.service);
}

function photoField(s: FormState): TemplateResult {
  return html`<weige-photo-field .photos=${s.draft.photos} @photos=${(event: CustomEvent<readonly KeptPhoto[]>) => s.change({ photos: event.detail })}
    @taken-at=${(event: CustomEvent<Position>) => s.takenAt(event.detail)}></weige-photo-field><p class="wrong">${textOf(s, 'photos')}</p>`;
}

function textOf(s: FormState, field: Field): string {
  return s.wrong.find((one) => one.field === field)?.text ?? '';
}

function serviceField(s: FormState): TemplateResult {
  const { t } = s;
  const wrong = textOf(s, 'service_code');
  const service = s.services.find((one) => one.service_code === s.draft.service);
  const hint = [said(service?.description, s.language), service?.private ? t.servicePrivate : ''].filter(Boolean).join(' ');
  return html`<div class="field"><label for="service_code">${t.service}</label>
    <select id="service_code" aria-invalid=${wrong ? 'true' : 'false'} aria-describedby="service_code-hint service_code-wrong" aria-required="true"
      @change=${(event: Event) => s.change({ service: (event.target as HTMLSelectElement).value })}>
      <option value="" .selected=${!service}>${t.serviceChoose}</option>
      ${s.services.map((one) => html`<option value=${one.service_code} .selected=${one === service}>${said(one.name, s.language)}</option>`)}
    </select>
    <p class="hint" id="service_code-hint">${hint}</p><p class="wrong" id="service_code-wrong">${wrong}</p></div>`;
}

function questionsPart(s: FormState): TemplateResult | typeof nothing {
  const { t, language, wrong } = s;
  return questionFields({ t, language, wrong, service: s.services.find((one) => one.service_code === s.draft.service), answers: s.draft.answers,
    answer: (code, values) => s.change({ answers: { ...s.draft.answers, [code]: values } }) });
}

function wordsField(s: FormState): TemplateResult {
  const { t } = s;
  const wrong = textOf(s, 'description');
  const left = MOST_WORDS - length(s.draft.words);
  return html`<div class="field"><label for="description">${t.words}</label>
    <p class="hint" id="description-hint">${t.wordsHint}</p>
    <textarea id="description" rows="4" aria-invalid=${wrong ? 'true' : 'false'} aria-required="true" aria-describedby="description-hint description-left description-wrong"
      .value=${s.draft.words} @input=${(event: Event) => s.change({ words: (event.target as HTMLTextAreaElement).value })}></textarea>
    ${marksView(t, s.draft.words, (words) => s.change({ words }))}
    ${sharePart(s)}
    <p class="hint count" id="description-left">${left >= 0 ? t.wordsLeft(left) : html`<span class="wrong">${t.wordsOver(-left)}</span>`}</p>
    <p class="wrong" id="description-wrong">${wrong}</p></div>`;
}

/** Whether anybody may read the words. Of what is never public there is nothing to ask. */
function sharePart(s: FormState): TemplateResult | typeof nothing {
  const { t } = s;
  if (serviceOf(s)?.private) return nothing;
  return html`<label class="check share"><input type="checkbox" id="share" .checked=${s.draft.shared} aria-describedby="share-hint"
      @change=${(event: Event) => s.change({ shared: (event.target as HTMLInputElement).checked })}>${t.share}</label>
    <p class="hint" id="share-hint">${t.shareHint}</p>`;
}

function contactField(s: FormState, name: keyof ContactInput, label: string, type: 'text' | 'tel' | 'email', autocomplete: 'name' | 'tel' | 'email', most: number): TemplateResult {
  const wrong = textOf(s, `contact.${name}`);
  return html`<div class="field"><label for="contact-${name}">${label}</label>
    <input id="contact-${name}" type=${type} autocomplete=${autocomplete} maxlength=${most} .value=${s.contact[name] ?? ''} aria-invalid=${wrong ? 'true' : 'false'}
      aria-describedby="contact-${name}-wrong" @input=${(event: Event) => s.changeContact({ [name]: (event.target as HTMLInputElement).value })}>
    <p class="wrong" id="contact-${name}-wrong">${wrong}</p></div>`;
}

/** Where each field can be mended. */
const anchors: Record<Exclude<Field, AnswerField>, string> = {
  place: 'where-title', photos: 'photo-file', service_code: 'service_code', description: 'description', 'contact.name': 'contact-name', 'contact.phone': 'contact-phone', 'contact.email': 'contact-email',
};

function anchorOf(field: Field): string {
  return field in anchors ? anchors[field as keyof typeof anchors] : answerId(field.slice('answers.'.length));
}

function troubles(s: FormState): TemplateResult | typeof nothing {
  const { t } = s;
  if (s.wrong.length > 0) {
    return html`<div class="notice bad" id="problems" role="alert" tabindex="-1"><strong>${t.fixFirst}</strong>
      <ul>${s.wrong.map((one) => html`<li><a href="#${anchorOf(one.field)}" @click=${(event: Event) => goTo(event, anchorOf(one.field))}>${one.text}</a></li>`)}</ul></div>`;
  }
  if (!s.notice) return nothing;
  return html`<div class="notice warn" id="unsent" role="alert" tabindex="-1"><p>${t.arrivedEarlierDraft}</p>
    <button type="button" class="secondary" @click=${s.sendAsNew}>${t.sendAsNew}</button></div>`;
}

/** Focuses the field itself: a link only scrolls to it. */
function goTo(event: Event, id: string): void {
  const field = document.getElementById(id);
  if (!field) return;
  event.preventDefault();
  if (!field.matches('input, select, textarea')) field.tabIndex = -1;
  field.focus();
}
