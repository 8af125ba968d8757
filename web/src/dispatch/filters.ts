import type { Status } from '../contract/schemas.ts';

/** What the list shows, and which report is open: all of it stands in the address, so that a view can be sent to a colleague. */
export interface Filters {
  area: string;
  /** A person's id, `queue`, or `all` for the choice of somebody who begins with their own. */
  assignee: string;
  status: Status | '';
  /** A service's code. */
  service: string;
  /** Only what is past the deadline that runs. */
  late: 'yes' | '';
  /** The open report's id, or ''. */
  report: string;
}

/** The choice of every assignee, by somebody who begins with their own. */
export const everything = 'all';

export const noFilters: Filters = { area: '', assignee: '', status: '', service: '', late: '', report: '' };

/** The statuses of open reports, which are what the list holds. */
export const openStatuses = ['received', 'assigned', 'in_progress', 'returned', 'reopened', 'resolved'] as const satisfies Status[];

const statuses: readonly string[] = openStatuses;

/** The filters in an address; what is no status counts as none. */
export function filtersIn(search: string): Filters {
  const query = new URLSearchParams(search);
  const text = (name: string) => (query.get(name) ?? '').slice(0, 128);
  const status = text('status');
  return { area: text('area'), assignee: text('assignee'), status: statuses.includes(status) ? (status as Status) : '', service: text('service'), late: text('late') === 'yes' ? 'yes' : '', report: text('report') };
}

/** The query of an address with these filters; other parameters, such as the jurisdiction, stay. */
export function searchWith(search: string, filters: Filters): string {
  const query = new URLSearchParams(search);
  for (const [name, value] of Object.entries(filters)) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  const text = query.toString();
  return text ? `?${text}` : '';
}

/** Whether the same list is asked for; the open report is no part of it. */
export function sameList(a: Filters, b: Filters): boolean {
  return a.area === b.area && a.assignee === b.assignee && a.status === b.status && a.service === b.service && a.late === b.late;
}

/** Whether somebody sees another list than the one they begin with. */
export function isFiltered(filters: Filters, beginning: Filters = noFilters): boolean {
  return !sameList(filters, beginning);
}

/** The filters to begin with: those of the address, else for somebody who hands nothing on what is assigned to them, wherever it is. */
export function firstFilters(search: string, person: string, reassigns: boolean): Filters {
  const found = filtersIn(search);
  return reassigns || new URLSearchParams(search).has('assignee') || isFiltered(found) ? found : { ...found, assignee: person };
}

/** The filters but for the area, as the server is asked; what lets everything through is left out. */
export function asked({ assignee, status, service, late }: Filters): { assignee?: string; status?: Status; service_code?: string; late?: true } {
  return { ...(assignee && assignee !== everything ? { assignee } : {}), ...(status ? { status } : {}), ...(service ? { service_code: service } : {}), ...(late ? { late: true as const } : {}) };
}

/** Address pattern of the map's tiles with all reports of the list. */
export function queueTiles(jurisdiction: string, filters: Filters): string {
  const query = new URLSearchParams(Object.entries({ ...(filters.area ? { area: filters.area } : {}), ...asked(filters) }).map(([name, value]) => [name, String(value)])).toString();
  return `${location.origin}/v1/${jurisdiction}/queue/tiles/{z}/{x}/{y}${query ? `?${query}` : ''}`;
}
