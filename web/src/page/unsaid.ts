/** Where words wait that were written and not yet sent: in this tab, through a reload and a new sign-in, and no longer than the tab. */
const shelf = 'weige.unsaid';
/** At most this many are kept, those written last. */
const most = 50;

function all(): Record<string, unknown> {
  try {
    const found: unknown = JSON.parse(sessionStorage.getItem(shelf) ?? '{}');
    return found !== null && typeof found === 'object' ? (found as Record<string, unknown>) : {};
  } catch {
    return {}; // forbidden, or written by something else
  }
}

/** What a person wrote in a form about a report; undefined where nothing waits. An earlier version of the page may have kept it, with other fields. */
export function unsaid<T extends object>(person: string, report: string, form: string): Partial<T> | undefined {
  const found = all()[`${person} ${report} ${form}`];
  return found !== null && typeof found === 'object' ? (found as Partial<T>) : undefined;
}

/** Keeps what was written, or forgets it. */
export function keepUnsaid(person: string, report: string, form: string, words: object | undefined): void {
  const { [`${person} ${report} ${form}`]: _, ...rest } = all();
  const next = words === undefined ? rest : Object.fromEntries([...Object.entries(rest).slice(1 - most), [`${person} ${report} ${form}`, words]]);
  try {
    sessionStorage.setItem(shelf, JSON.stringify(next));
  } catch {
    // They then last as long as the form.
  }
}

/** Forgets all of it when somebody leaves for good, or all but their own when another person comes in. */
export function forgetUnsaid(but?: string): void {
  try {
    const own = but === undefined ? [] : Object.entries(all()).filter(([key]) => key.startsWith(`${but} `));
    if (own.length > 0) sessionStorage.setItem(shelf, JSON.stringify(Object.fromEntries(own)));
    else sessionStorage.removeItem(shelf);
  } catch {
    // There is nothing.
  }
}
