import type { DrawnAreas } from './drawn.ts';

/** What somebody works on within a drawing: a level, and one of its areas or none. It stands in the address, so that a reload finds it again. */
export interface Place {
  level: string;
  area: string;
}

const names = ['level', 'area'] as const;

/** What the address says, as far as it is there; else the finest level. */
export function placeIn({ levels, register }: Pick<DrawnAreas, 'levels' | 'register'>, search: string): Place {
  const query = new URLSearchParams(search);
  const area = register.area(query.get('area') ?? '')?.properties;
  const level = area?.level ?? levels.find((one) => one === query.get('level')) ?? levels.at(-1) ?? '';
  return { level, area: area?.code ?? '' };
}

/** The query with another place; without one, that of another page. */
export function withPlace(query: URLSearchParams, place?: Place): URLSearchParams {
  for (const name of names) {
    if (place?.[name]) query.set(name, place[name]);
    else query.delete(name);
  }
  return query;
}

/** Has the address say it, without a step to go back to. */
export function keepPlace(place: Place): void {
  const query = withPlace(new URLSearchParams(location.search), place);
  history.replaceState(history.state, '', `${location.pathname}?${query.toString()}`);
}
