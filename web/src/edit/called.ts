import type { BoundarySet } from '../contract/schemas.ts';
import type { EditorCatalogue } from '../locale/editor.ts';
import { moment } from '../locale/format.ts';
import type { Catalogue } from '../locale/locale.ts';

/** How many letters of its id tell a version from others. */
const told = 8;

/** What people call a version: what it is for, else when it was made; and how its id begins. */
export function calledSet(e: EditorCatalogue, t: Catalogue, zone: string, { set, note, created_at }: Pick<BoundarySet, 'set' | 'note' | 'created_at'>): string {
  const id = set.slice(0, told);
  return note ? e.setNoted(note, id) : e.setMade(moment(t, zone, created_at), id);
}
