import { html, nothing, type TemplateResult } from 'lit';
import type { Client } from '../contract/client.ts';
import { hasCode, Refusal, sentence } from '../contract/errors.ts';
import type { BoundarySet, Drawing } from '../contract/schemas.ts';
import type { EditorCatalogue } from '../locale/editor.ts';
import type { Catalogue } from '../locale/locale.ts';
import { kindOf } from './faults.ts';

/** A draft or a drawing that somebody may be about to discard, and why that was refused. */
export type Doomed = { id: string; refused?: string } & ({ set: BoundarySet } | { drawing: Drawing });

/** Discards it, as it was seen. Doing it again changes nothing. */
export async function discard(client: Client, doomed: Doomed): Promise<void> {
  if ('set' in doomed) await client.post('/v1/{jurisdiction}/boundary-sets/{set}/discard', { path: { set: doomed.id } });
  else await client.post('/v1/{jurisdiction}/boundary-drawings/{drawing}/discard', { path: { drawing: doomed.id }, body: { revision: doomed.drawing.revision } });
}

/** Why it is not discarded. */
export function whyKept(t: Catalogue, e: EditorCatalogue, doomed: Doomed, error: unknown): string {
  const kind = error instanceof Refusal ? error.fault.faults?.[0]?.kind : undefined;
  if (t.lang !== 'en' && kind) return kindOf(e, kind);
  if (t.lang !== 'en' && 'drawing' in doomed && hasCode(error, 'conflict')) return e.discardChanged;
  return sentence(t, error);
}

export interface Question {
  e: EditorCatalogue;
  doomed: Doomed;
  /** What a draft is called. */
  called(set: BoundarySet): string;
  person: string;
  busy: boolean;
  yes(): void;
  no(): void;
}

/** Asks once more; of what somebody else drew it says so. A refusal has its room from the press on, so that it moves nothing. */
export function question({ e, doomed, called, person, busy, yes, no }: Question): TemplateResult {
  const other = 'drawing' in doomed && doomed.drawing.changed_by !== person ? doomed.drawing.changed_by : '';
  const text = 'set' in doomed ? e.discardSetAsk(called(doomed.set)) : e.discardDrawingAsk(doomed.drawing.name || e.unnamed, String(doomed.drawing.edits));
  return html`<div class="notice warn confirm" data-room="discarding" role="group" aria-labelledby="discarding" @keydown=${(event: KeyboardEvent) => { if (event.key === 'Escape') no(); }}>
    <p id="discarding" tabindex="-1"><strong>${text}</strong></p>
    ${other ? html`<p class="wrong">${e.discardOthers(other)}</p>` : nothing}
    <p>${'set' in doomed ? e.discardForGood : e.discardDrawingNote}</p>
    ${busy || doomed.refused ? html`<div class="refusal">${doomed.refused ? html`<p class="wrong" role="alert">${doomed.refused}</p>` : nothing}</div>` : nothing}
    <div class="buttons"><button type="button" class="primary" ?disabled=${busy} @click=${yes}>${e.discardYes}</button><button type="button" class="secondary" @click=${no}>${e.discardNo}</button></div></div>`;
}
