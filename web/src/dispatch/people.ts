import { path, type Area, type AreaTree } from '../contract/areas.ts';
import type { Assignee, Duty, Jurisdiction } from '../contract/schemas.ts';
import { said } from '../locale/format.ts';
import type { Catalogue, Language } from '../locale/locale.ts';
import type { Desk } from './desk.ts';

/** Somebody who can be chosen. */
export interface Person {
  person: string;
  name: string;
  /** They stand in for somebody. */
  deputy: boolean;
  /** They are away on the day asked about. */
  away: boolean;
}

/** The persons of an area's roster, those on duty before their deputies, each once. `day` is YYYY-MM-DD in the jurisdiction. */
export function personsOf(duties: readonly Duty[], area: string, day: string): Person[] {
  const names = new Map(duties.map((duty) => [duty.person, duty.name]));
  const found = new Map<string, Person>();
  const here = duties.filter((duty) => duty.area === area);
  const away = (person: string) => duties.some((duty) => duty.person === person && (duty.away ?? []).some((one) => one.from <= day && day <= one.to));
  for (const duty of here) found.set(duty.person, { person: duty.person, name: duty.name, deputy: false, away: away(duty.person) });
  for (const person of here.flatMap((duty) => duty.deputies ?? [])) {
    if (!found.has(person)) found.set(person, { person, name: names.get(person) ?? person, deputy: true, away: away(person) });
  }
  return [...found.values()];
}

/** Everybody whom the roster names, by the codes of their areas: numbers that are written as words have no order of their own. */
export function everybody(duties: readonly Duty[]): { person: string; name: string }[] {
  const found = new Map([...duties].sort((a, b) => (a.area < b.area ? -1 : a.area > b.area ? 1 : 0)).map((duty) => [duty.person, duty.name || duty.person]));
  return [...found].map(([person, name]) => ({ person, name }));
}

/** What the roster calls a person; undefined where it does not name them. */
export function nameOf({ roster }: Pick<Desk, 'roster'>, person: string): string | undefined {
  return roster.find((duty) => duty.person === person)?.name || undefined;
}

/** The day it is in a time zone, as YYYY-MM-DD. */
export function dayIn(timeZone: string, now: Date): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(now);
}

/** Who has a report, as staff say it: the person's name, else their role and area, else the queue. */
export function staffName(t: Catalogue, language: Language, jurisdiction: Jurisdiction, areas: Pick<AreaTree, 'name'>, assignee: Assignee): string {
  if (assignee.kind === 'queue') return said(jurisdiction.queue, language);
  if (assignee.name) return assignee.name;
  const role = said(jurisdiction.roles?.find((one) => one.role === assignee.role)?.name, language) || assignee.role || assignee.person || '';
  return assignee.area ? t.withRole(role, areas.name(assignee.area)) : role;
}

/** An area that can be chosen, and what it is called below the coarsest that holds it: there are many first micro-grids. */
export interface Choice {
  area: Area;
  name: string;
}

/** Areas to choose from, grouped by the coarsest area that holds them, parents before their children. */
export function areaChoices(areas: AreaTree, wanted: (code: string) => boolean): { group: Area; choices: Choice[] }[] {
  const below = (parent: Area, depth: number, names: readonly string[]): Choice[] => [
    ...(wanted(parent.code) ? [{ area: parent, name: path(names) || parent.name }] : []),
    ...areas.of(depth + 1, parent.code).flatMap((child) => below(child, depth + 1, [...names, child.name])),
  ];
  return areas.of(0).map((group) => ({ group, choices: below(group, 0, []) })).filter((one) => one.choices.length > 0);
}

const grantForm = /^(\w+)@([a-z0-9-]+|\*)(?::(.+))?$/;

/** What the grants of a token, such as `dispatcher@demo:321102001` or `administrator@*`, let somebody do here, as far as the client needs to know. */
export interface Duties {
  /** May hand reports on. The server decides; this only spares people a form that would be refused. */
  reassigns: boolean;
  /** Codes of the areas held; undefined: the whole jurisdiction. */
  areas: readonly string[] | undefined;
  /** Has anything to do with reports here. */
  works: boolean;
}

/** Roles that have reports to see. */
const working: readonly string[] = ['member', 'dispatcher', 'administrator'];

/** Reads grants. Without any that can be read everything is offered, and the server says no. */
export function dutiesIn(grants: readonly string[] | undefined, jurisdiction: string): Duties {
  const known = (grants ?? []).map((grant) => grantForm.exec(grant)).filter((grant) => grant !== null);
  const here = known.filter((grant) => grant[2] === jurisdiction || grant[2] === '*');
  if (known.length === 0) return { reassigns: true, areas: undefined, works: true };
  if (!here.some((grant) => working.includes(grant[1] ?? ''))) return { reassigns: false, areas: [], works: false };
  const codes = here.map((grant) => grant[3]);
  return {
    reassigns: here.some((grant) => grant[1] === 'dispatcher' || grant[1] === 'administrator'),
    areas: codes.includes(undefined) ? undefined : codes.filter((code) => code !== undefined),
    works: true,
  };
}

/** Whether an area lies within what is held. */
export function holds(duties: Duties, areas: AreaTree, code: string): boolean {
  return duties.areas === undefined || areas.chain(code).some((one) => duties.areas?.includes(one.code));
}
