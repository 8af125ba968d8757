import { html, nothing, type TemplateResult } from 'lit';
import type { Question, Service } from '../contract/schemas.ts';
import { said } from '../locale/format.ts';
import type { Catalogue, Language } from '../locale/locale.ts';
import type { ResidentCatalogue } from '../locale/resident.ts';
import type { Answers, AnswerField, Problem } from './draft.ts';

/** At most this many characters in one answer, as the contract says. */
const MOST_OF_AN_ANSWER = 200;

export interface QuestionsState {
  t: ResidentCatalogue;
  language: Language;
  service: Service | undefined;
  answers: Answers;
  wrong: readonly Problem[];
  answer(code: string, values: readonly string[]): void;
}

export const answerField = (code: string): AnswerField => `answers.${code}`;

/** The id of a question's element, by which a problem leads to it. */
export const answerId = (code: string): string => `answer-${code}`;

/** What the service asks, in its order; nothing where it asks nothing. */
export function questionFields(s: QuestionsState): TemplateResult | typeof nothing {
  const questions = s.service?.questions ?? [];
  return questions.length === 0 ? nothing : html`<div class="questions">${questions.map((one) => field(s, one))}</div>`;
}

/** The answers that belong to the questions of the service; those given for another service are left out. */
export function answersTo(service: Service | undefined, answers: Answers): Answers {
  const kept: Record<string, readonly string[]> = {};
  for (const { code, info } of service?.questions ?? []) {
    const given = (answers[code] ?? []).map((one) => one.trim()).filter(Boolean);
    if (!info && given.length > 0) kept[code] = given;
  }
  return kept;
}

/** What is missing or wrong of the answers, in the order of the questions. */
export function answerProblems(t: Catalogue, language: Language, service: Service | undefined, answers: Answers): Problem[] {
  const given = answersTo(service, answers);
  const list: Problem[] = [];
  for (const question of service?.questions ?? []) {
    const values = given[question.code];
    const prompt = said(question.prompt, language);
    if (question.required && !values) list.push({ field: answerField(question.code), text: t.needAnswer(prompt) });
    else if (values && question.kind === 'number' && !isNumber(values[0] ?? '')) list.push({ field: answerField(question.code), text: t.badNumber(prompt) });
  }
  return list;
}

/** What has to be done at once, going by the answers that were chosen, in the order of the questions. */
export function notices(questions: readonly Question[] | undefined, answers: Answers, language: Language): string[] {
  const of = (q: Question) => (q.values ?? []).filter((one) => answers[q.code]?.includes(one.key)).map((one) => said(one.notice, language));
  return (questions ?? []).flatMap(of).filter(Boolean);
}

/** Says what has to be done at once, and that nobody is warned by a report; nothing where nothing has to be. */
export function noticeView(t: ResidentCatalogue, list: readonly string[]): TemplateResult | typeof nothing {
  return list.length === 0 ? nothing : html`<div class="notice bad urgent" role="alert">${list.map((one) => html`<p><strong>${one}</strong></p>`)}<p>${t.notWatched}</p></div>`;
}

function isNumber(text: string): boolean {
  return /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text);
}

function field(s: QuestionsState, q: Question): TemplateResult {
  const prompt = said(q.prompt, s.language);
  if (q.info) return html`<p class="notice">${prompt}</p>`;
  const id = answerId(q.code);
  const wrong = s.wrong.find((one) => one.field === answerField(q.code))?.text ?? '';
  const hint = said(q.hint, s.language);
  const label = html`${prompt}${q.required ? nothing : html` <span class="hint">${s.t.optional}</span>`}`;
  const below = html`<p class="hint" id="${id}-hint">${hint}</p><p class="wrong" id="${id}-wrong">${wrong}</p>${noticeView(s.t, notices([q], s.answers, s.language))}`;
  if (q.kind === 'multivaluelist') {
    return html`<fieldset class="field" id=${id} aria-describedby="${id}-hint ${id}-wrong"><legend>${label}</legend>${boxes(s, q)}${below}</fieldset>`;
  }
  return html`<div class="field"><label for=${id}>${label}</label>${control(s, q, id, wrong !== '')}${below}</div>`;
}

function boxes(s: QuestionsState, q: Question): TemplateResult[] {
  const chosen = s.answers[q.code] ?? [];
  const choose = (key: string, on: boolean) => s.answer(q.code, (q.values ?? []).map((one) => one.key).filter((one) => (one === key ? on : chosen.includes(one))));
  return (q.values ?? []).map((one) => html`<label class="check"><input type="checkbox" .checked=${chosen.includes(one.key)}
    @change=${(event: Event) => choose(one.key, (event.target as HTMLInputElement).checked)}> ${said(one.name, s.language)}</label>`);
}

function control(s: QuestionsState, q: Question, id: string, wrong: boolean): TemplateResult {
  const value = s.answers[q.code]?.[0] ?? '';
  const answer = (given: string) => s.answer(q.code, given === '' ? [] : [given]);
  const typed = (event: Event) => answer((event.target as HTMLInputElement | HTMLTextAreaElement).value);
  const invalid = wrong ? 'true' : 'false';
  const needed = q.required ? 'true' : 'false';
  const by = `${id}-hint ${id}-wrong`;
  switch (q.kind) {
    case 'singlevaluelist':
      return html`<select id=${id} aria-invalid=${invalid} aria-required=${needed} aria-describedby=${by}
        @change=${(event: Event) => answer((event.target as HTMLSelectElement).value)}>
        <option value="" .selected=${value === ''}>${s.t.serviceChoose}</option>
        ${(q.values ?? []).map((one) => html`<option value=${one.key} .selected=${one.key === value}>${said(one.name, s.language)}</option>`)}
      </select>`;
    case 'text':
      return html`<textarea id=${id} rows="2" maxlength=${MOST_OF_AN_ANSWER} aria-invalid=${invalid} aria-required=${needed} aria-describedby=${by} .value=${value} @input=${typed}></textarea>`;
    case 'datetime':
      return html`<input id=${id} type="datetime-local" aria-invalid=${invalid} aria-required=${needed} aria-describedby=${by} .value=${localTime(value)}
        @change=${(event: Event) => answer(instantOf((event.target as HTMLInputElement).value))}>`;
    default:
      return html`<input id=${id} type="text" inputmode=${q.kind === 'number' ? 'decimal' : 'text'} maxlength=${MOST_OF_AN_ANSWER} aria-invalid=${invalid} aria-required=${needed}
        aria-describedby=${by} .value=${value} @input=${typed}>`;
  }
}

/** An instant, as the server takes it, of what a field of date and time holds in the reader's own time; empty for what is none. */
export function instantOf(local: string): string {
  const at = new Date(local);
  return local === '' || Number.isNaN(at.getTime()) ? '' : at.toISOString().replace('.000Z', 'Z');
}

/** What a field of date and time shows of an instant: the reader's own time, to the minute. */
export function localTime(instant: string): string {
  const at = new Date(instant);
  if (instant === '' || Number.isNaN(at.getTime())) return '';
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** Answers as people read them: what was asked, and what was answered, by the names of values. */
export function readAnswers(service: Service | undefined, answers: Answers | undefined, language: Language, time: (instant: string) => string): [asked: string, answered: string][] {
  return Object.entries(answers ?? {}).map(([code, values]) => {
    const question = service?.questions?.find((one) => one.code === code);
    const read = (value: string) => said(question?.values?.find((one) => one.key === value)?.name, language) || (question?.kind === 'datetime' ? time(value) : value);
    return [said(question?.prompt, language) || code, values.map(read).join(language === 'zh' ? '、' : ', ')];
  });
}
