import { html, nothing, type TemplateResult } from 'lit';
import type { BoundaryDiff, BoundarySet, FileFault } from '../contract/schemas.ts';
import type { EditorCatalogue } from '../locale/editor.ts';
import { faultCounts } from './fault-list.ts';
import { ground } from './measured.ts';

/** Kinds of what was put right as the file was read: no faults of the set. */
const mended: ReadonlySet<string> = new Set(['empty_geometry', 'unclosed_ring', 'short_ring', 'degenerate_ring', 'repeated_point', 'wrong_orientation']);

/** Kinds that a set had against the one in force when it was stored, which may be another one by now. */
const relative: ReadonlySet<string> = new Set(['shifted', 'beside', 'far_away', 'ground_lost']);

/** What would be wrong with the boundaries once a version is in force. */
export interface Remaining {
  faults: readonly FileFault[];
  /** Square metres that somebody has now and nobody would have. */
  nobodys: number;
}

/**
 * The faults of a version, those it has against the one in force now with them, and the ground that it takes from everybody: on the level where that is
 * most, as an area that goes goes with those below it. A version that is in force has its own faults alone.
 */
export function remaining({ warnings = [] }: Pick<BoundarySet, 'warnings'>, { faults = [] }: Pick<BoundaryDiff, 'faults'> = {}): Remaining {
  const levels = new Map<string, number>();
  for (const { kind, level = '', size = 0 } of faults) if (kind === 'ground_lost') levels.set(level, (levels.get(level) ?? 0) + size);
  return { faults: [...warnings.filter((one) => !mended.has(one.kind) && !relative.has(one.kind)), ...faults], nobodys: Math.max(0, ...levels.values()) };
}

/** Whether it has to be accepted before the version is published. */
export function toAccept({ faults }: Remaining): boolean {
  return faults.length > 0;
}

/** Says it: how many faults of which kind, and how much ground would be nobody's. */
export function saidOf(e: EditorCatalogue, language: string, { faults, nobodys }: Remaining): TemplateResult {
  return html`${faults.length ? html`<p class="wrong">${e.faultsLeft(faultCounts(e, language, faults))}</p>` : nothing}${nobodys >= 1 ? html`<p class="wrong">${e.groundLeft(ground(e, nobodys, language))}</p>` : nothing}`;
}
