import { html, type TemplateResult } from 'lit';
import { said } from '../locale/format.ts';
import type { Language } from '../locale/locale.ts';
import { caseworkTexts } from '../locale/casework.ts';
import type { Desk } from './desk.ts';
import { areaChoices, dayIn, personsOf } from './people.ts';

/** Value of the choice that means the jurisdiction's queue; no area code is empty or a lone hyphen. */
export const toQueue = '-';

/** Options of a select of areas that somebody answers for, by the areas that hold them, the queue first. */
export function areaOptions(language: Language, { setting, roster }: Desk, chosen: string): TemplateResult {
  const staffed = new Set(roster.map((duty) => duty.area));
  const option = (value: string, text: string) => html`<option value=${value} .selected=${value === chosen}>${text}</option>`;
  return html`${option(toQueue, caseworkTexts().reassignQueue(said(setting.jurisdiction.queue, language)))}
    ${areaChoices(setting.areas, (code) => staffed.has(code)).map(({ group, choices }) => html`<optgroup label=${group.name}>
      ${choices.map(({ area, name }) => option(area.code, name))}</optgroup>`)}`;
}

/** Options of a select of the persons of an area, whoever is on duty first. */
export function personOptions({ setting, roster }: Desk, area: string, chosen: string): TemplateResult {
  const staff = caseworkTexts();
  const persons = personsOf(roster, area, dayIn(setting.jurisdiction.time_zone, new Date()));
  const notes = (one: { deputy: boolean; away: boolean }) => [one.deputy ? staff.deputy : '', one.away ? staff.away : ''].filter(Boolean).join(staff.listSeparator);
  return html`<option value="" .selected=${chosen === ''}>${staff.reassignOnDuty}</option>
    ${persons.map((one) => html`<option value=${one.person} .selected=${one.person === chosen}>${one.name}${notes(one) ? ` (${notes(one)})` : ''}</option>`)}`;
}

/** Options of a select of services. */
export function serviceOptions(language: Language, { setting }: Desk, chosen: string): TemplateResult {
  return html`${setting.jurisdiction.services.map((one) => html`<option value=${one.service_code} .selected=${one.service_code === chosen}>${said(one.name, language)}</option>`)}`;
}
