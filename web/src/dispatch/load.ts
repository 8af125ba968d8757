import type { Client } from '../contract/client.ts';
import type { Reassignment } from '../contract/schemas.ts';

/** What somebody has in hand. `more`: at least so many, the rest was not counted. */
export interface Load {
  open: number;
  late: number;
  more: boolean;
}

/** How many reports are counted for one person at most; whoever has more has too many anyhow. */
export const mostCounted = 200;

/** How many persons are asked about at most, and how many at once. */
export const mostPersons = 24;
const atOnce = 4;

/** Asks what each person has in hand. Whoever could not be asked about is left out. */
export async function loadsOf(client: Client, persons: readonly string[]): Promise<Map<string, Load>> {
  const found = new Map<string, Load>();
  const waiting = [...new Set(persons)].slice(0, mostPersons);
  const ask = async (): Promise<void> => {
    for (let person = waiting.shift(); person !== undefined; person = waiting.shift()) {
      try {
        const { reports, next } = await client.get('/v1/{jurisdiction}/queue', { query: { assignee: person, limit: mostCounted } });
        found.set(person, { open: reports.length, late: reports.filter((one) => one.late).length, more: next !== undefined && next !== '' });
      } catch {
        // Not being told what somebody has hinders nothing.
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, ask));
  return found;
}

/** How many reports a change takes from each person, or gives them, by the table of its preview. */
export function changesOf(table: Reassignment['table']): Map<string, number> {
  const sums = new Map<string, number>();
  const add = (person: string | undefined, count: number) => { if (person) sums.set(person, (sums.get(person) ?? 0) + count); };
  for (const { from, to, reports } of table) {
    add(from.person, -reports);
    add(to.person, reports);
  }
  return sums;
}
