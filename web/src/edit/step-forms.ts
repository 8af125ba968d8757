import { html, nothing, type TemplateResult } from 'lit';
import type { Position } from '../contract/areas.ts';
import type { EditorCatalogue } from '../locale/editor.ts';
import type { Catalogue } from '../locale/locale.ts';
import { rounded } from '../map/features.ts';
import { nextCode, nextName, type Named } from './shapes.ts';

/** What a form says when it is sent: each field by name, without the space around it. */
export type Said = (name: string) => string;

/** Takes what a form says, when it is sent. */
function sent(take: (said: Said) => void): (event: SubmitEvent) => void {
  return (event) => {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    take((name) => String(form.get(name) ?? '').trim());
  };
}

/** Gives the drawing another name: field `name`. */
export function nameForm(e: EditorCatalogue, name: string, busy: boolean, take: (said: Said) => void, leave: () => void): TemplateResult {
  return html`<form class="step-form" @submit=${sent(take)}>
    <label class="field">${e.nameOfDrawing}<input name="name" maxlength="100" .value=${name} autocomplete="off"></label>
    <div class="buttons"><button type="submit" class="secondary" ?disabled=${busy}>${e.keepName}</button>
      <button type="button" class="quiet" @click=${leave}>${e.leaveName}</button></div></form>`;
}

/** Stores the drawing as a draft, with what is known to be wrong with it said before: field `note`. */
export function finishForm(e: EditorCatalogue, name: string, state: string, busy: boolean, take: (said: Said) => void, leave: () => void): TemplateResult {
  return html`<form class="step-form" @submit=${sent(take)}>
    <p class="notice" id="finish-state" tabindex="-1">${state}</p>
    <label class="field">${e.note}<input id="draft-note" name="note" maxlength="200" autocomplete="off" .value=${name}><span class="hint">${e.noteHint}</span></label>
    <div class="buttons"><button type="submit" class="primary" ?disabled=${busy}>${e.finish}</button>
      <button type="button" class="quiet" @click=${leave}>${e.drawOn}</button></div></form>`;
}

/** Which point is chosen, or why none can be: the outline is too large to be here, or not here yet, or its points lie upon each other. */
export function pointState(e: EditorCatalogue, t: Catalogue, { at, of, large, waits, crowded }: { at: number; of: number; large: number | undefined; waits: boolean; crowded: number }): string {
  const count = (value: number) => new Intl.NumberFormat(t.lang).format(value);
  if (large) return e.areaLarge(count(large));
  if (waits) return t.loading;
  return at >= 0 ? e.points(String(at + 1), String(of)) : crowded ? e.pointsCrowded(count(crowded)) : e.pointNone;
}

/**
 * The point that is chosen, by number and coordinates: what the map does by dragging, without it. As large without an area and a point as with them, so that an
 * answer moves nothing.
 */
export function pointsForm(e: EditorCatalogue, state: string, vertex: Position | undefined, { busy, area }: { busy: boolean; area: boolean },
  does: { step: (by: number) => void; move: (to: Position) => void; drop: () => void }): TemplateResult {
  return html`<form class="points" @submit=${sent((said) => does.move([rounded(Number(said('lon'))), rounded(Number(said('lat')))]))}><p role="status">${state}</p>
    <div class="buttons"><button type="button" class="quiet" ?disabled=${!area} @click=${() => does.step(-1)}>${e.previousPoint}</button><button type="button" class="quiet" ?disabled=${!area} @click=${() => does.step(1)}>${e.nextPoint}</button></div>
    <div class="pair"><label class="field">${e.lon}<input name="lon" inputmode="decimal" required pattern="-?[0-9]{1,3}(\\.[0-9]+)?" ?disabled=${!vertex} .value=${vertex ? String(vertex[0]) : ''}></label>
      <label class="field">${e.lat}<input name="lat" inputmode="decimal" required pattern="-?[0-9]{1,2}(\\.[0-9]+)?" ?disabled=${!vertex} .value=${vertex ? String(vertex[1]) : ''}></label></div>
    <div class="buttons"><button type="submit" class="secondary" ?disabled=${!vertex || busy}>${e.movePoint}</button>
      <button type="button" class="quiet" ?disabled=${!vertex || busy} @click=${does.drop}>${e.deletePoint}</button></div></form>`;
}

/** Names the two parts of an area: fields `left`, `left-name`, `right`, `right-name`. */
export function splitForm(e: EditorCatalogue, listed: readonly Named[], area: Named, ready: boolean, take: (said: Said) => void, clear: () => void): TemplateResult {
  const next = nextCode({ features: listed }, area);
  const part = (field: string, label: string, code: string, called: string) => html`<fieldset class="pair"><legend>${label}</legend><label class="field">${e.code}<input name=${field} required maxlength="64" .value=${code} autocomplete="off"></label>
    <label class="field">${e.name}<input name=${`${field}-name`} maxlength="200" .value=${called} autocomplete="off"></label></fieldset>`;
  return html`<form class="step-form" @submit=${sent(take)}>
    ${part('left', e.leftPart, area.properties.code, area.properties.name)}${part('right', e.rightPart, next, nextName(area, next))}
    <div class="buttons"><button type="submit" class="secondary" ?disabled=${!ready}>${e.doSplit}</button>
      <button type="button" class="quiet" @click=${clear}>${e.clearLine}</button></div></form>`;
}

/** Chooses an area beside another, and names what both become: fields `whole`, `whole-name`. */
export function mergeForm(e: EditorCatalogue, options: unknown, area: Named, other: Named | undefined, busy: boolean, take: (said: Said) => void, choose: (code: string) => void): TemplateResult {
  return html`<form class="step-form" @submit=${sent(take)}>
    <label class="field">${e.toolMerge}<select required @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}><option value="" .selected=${!other}>${e.none}</option>
      ${options}</select></label>
    ${other ? html`<fieldset class="pair"><legend>${e.wholePart(area.properties.name, other.properties.name)}</legend>
      <label class="field">${e.code}<input name="whole" required maxlength="64" .value=${area.properties.code} autocomplete="off"></label><label class="field">${e.name}<input name="whole-name" maxlength="200" .value=${area.properties.name} autocomplete="off"></label></fieldset>` : nothing}
    <button type="submit" class="secondary" ?disabled=${!other || busy}>${e.doMerge}</button></form>`;
}
